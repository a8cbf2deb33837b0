import { type CsvRecord, isMalformed } from '../csv/csv-record.ts';
import type { RejectionCode, RowFault } from '../faults.ts';
import type { IdSet } from './id-set.ts';
import { type Kind, kinds } from './kinds.ts';
import { readDatetime, readId, readName } from './read-cell.ts';

/** The departments and jobs a hire may name. */
export interface KnownIds {
  readonly departments: Pick<IdSet, 'has'>;
  readonly jobs: Pick<IdSet, 'has'>;
}

/** A row as its table takes it: the values of its columns, in order. */
export type RowValues = readonly [id: number, ...(number | string)[]];

/**
 * Checks a record column by column, in order; the first that fails is the answer. An id counts as used once a row with it was
 * accepted, which this remembers in `used`.
 */
export function validateRow(record: CsvRecord, kind: Kind, used: IdSet, known: KnownIds): RowValues | RowFault {
  const { columns } = kinds[kind];
  if (record.width !== columns.length) {
    return toFault(null, 'WRONG_WIDTH', `The row has ${record.width} columns instead of ${columns.length}.`);
  }
  if (isMalformed(record)) {
    return toFault(
      null,
      'BAD_QUOTES',
      'Text follows a closing quote; a quote inside a quoted field must be doubled ("").',
    );
  }
  const id = readId(record, 0, 'id');
  if (typeof id === 'object') return id;
  if (used.has(id))
    return toFault('id', 'DUPLICATE_ID', `The id ${id} is already used by an earlier row of this file.`);
  const name = readName(record, 1, columns[1]);
  if (typeof name === 'object') return name;
  const values: RowValues | RowFault = kind === 'HIRED_EMPLOYEES' ? toHireValues(record, id, name, known) : [id, name];
  if (!isFault(values)) used.add(id);
  return values;
}

function toHireValues(record: CsvRecord, id: number, name: string, known: KnownIds): RowValues | RowFault {
  const hiredAt = readDatetime(record, 2, 'datetime');
  if (typeof hiredAt === 'object') return hiredAt;
  const departmentId = readId(record, 3, 'department_id');
  if (typeof departmentId === 'object') return departmentId;
  if (!known.departments.has(departmentId)) {
    return toFault('department_id', 'UNKNOWN_DEPARTMENT', `There is no department ${departmentId}.`);
  }
  const jobId = readId(record, 4, 'job_id');
  if (typeof jobId === 'object') return jobId;
  if (!known.jobs.has(jobId)) return toFault('job_id', 'UNKNOWN_JOB', `There is no job ${jobId}.`);
  return [id, name, hiredAt, departmentId, jobId];
}

function toFault(column: string | null, code: RejectionCode, message: string): RowFault {
  return { column, code, message };
}

/** Whether the result is a fault. */
export function isFault(result: RowValues | RowFault): result is RowFault {
  return !Array.isArray(result);
}
