import { type CsvRecord, fieldText } from '../csv/csv-record.ts';
import type { RowFault } from '../faults.ts';
import { parseDatetime, readPlainDatetime } from './parse-datetime.ts';

export const MAX_ID = 2 ** 31 - 1;
const MAX_NAME_CHARACTERS = 255;

/** Reads a cell that must be an id, 1 to 2147483647. */
export function readId(record: CsvRecord, index: number, column: string): number | RowFault {
  const fast = readDigits(record, index);
  if (fast > 0) return fast;
  const text = fieldText(record, index).trim();
  if (text === '') return missingValue(column);
  if (!/^-?\d+$/.test(text)) {
    return { column, code: 'NOT_AN_INTEGER', message: `${column} must be a whole number, but is ${quoteValue(text)}.` };
  }
  const id = Number(text);
  if (id >= 1 && id <= MAX_ID) return id;
  return {
    column,
    code: 'OUT_OF_RANGE',
    message: `${column} must be from 1 to ${MAX_ID}, but is ${quoteValue(text)}.`,
  };
}

/** Straight from the bytes, without a string: the ids of nearly all rows. 0 when it is not that simple. */
function readDigits(record: CsvRecord, index: number): number {
  const start = record.starts[index] ?? 0;
  const end = record.ends[index] ?? 0;
  if (end - start > 9) return 0;
  let id = 0;
  for (let at = start; at < end; at++) {
    const digit = (record.bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return 0;
    id = id * 10 + digit;
  }
  return id;
}

/** Reads a cell that must have some text, at most 255 characters. */
export function readName(record: CsvRecord, index: number, column: string): string | RowFault {
  const text = fieldText(record, index);
  if (text.trim() === '') return missingValue(column);
  if (text.length <= MAX_NAME_CHARACTERS) return text;
  const characters = [...text].length;
  if (characters <= MAX_NAME_CHARACTERS) return text;
  return {
    column,
    code: 'TOO_LONG',
    message: `${column} may have ${MAX_NAME_CHARACTERS} characters, but has ${characters}: ${quoteValue(text)}.`,
  };
}

/** Reads a cell that must be a moment in UTC, as the database writes it. */
export function readDatetime(record: CsvRecord, index: number, column: string): string | RowFault {
  const fast = readPlainDatetime(record.bytes, record.starts[index] ?? 0, record.ends[index] ?? 0);
  if (fast !== null) return fast;
  const text = fieldText(record, index).trim();
  if (text === '') return missingValue(column);
  return (
    parseDatetime(text) ?? {
      column,
      code: 'BAD_DATETIME',
      message: `${column} must be an existing date and time in UTC like 2021-11-07T02:48:42Z, but is ${quoteValue(text)}.`,
    }
  );
}

/** A value as a message names it: quoted, cut where it is long. */
function quoteValue(text: string): string {
  return text.length <= 60 ? `"${text}"` : `"${text.slice(0, 60)}…"`;
}

function missingValue(column: string): RowFault {
  return { column, code: 'REQUIRED', message: `${column} is required, but empty.` };
}
