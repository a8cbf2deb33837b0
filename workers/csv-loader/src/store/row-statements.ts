import { type Kind, kinds } from '../rows/kinds.ts';
import type { Rejection } from '../rows/rejection.ts';
import type { RowValues } from '../rows/validate-row.ts';
import { insertStatements, quote } from './sql-text.ts';

const shapes = {
  DEPARTMENTS: { values: ['name'], hasFirst: true },
  JOBS: { values: ['name'], hasFirst: true },
  HIRED_EMPLOYEES: { values: ['name', 'hired_at', 'department_id', 'job_id'], hasFirst: false },
} as const satisfies Record<Kind, { values: readonly string[]; hasFirst: boolean }>;

/** A row as the text of its values. */
export function rowTuple(values: RowValues): string {
  return values.map((value) => (typeof value === 'number' ? value : quote(value))).join(',');
}

/**
 * Writes rows where their sequence is greater than the one stored, so the last upload accepted wins in whatever order they are loaded.
 * MySQL assigns from left to right: `sequence` comes last, because the conditions before it compare with the stored one. Rows go
 * in the order of their ids: transactions that lock the same rows in the same order wait for each other, but never deadlock.
 */
export function* rowStatements(
  kind: Kind,
  rows: readonly string[],
  sequence: number,
  uploadId: string,
): Generator<string> {
  const { values, hasFirst } = shapes[kind];
  const columns = ['id', ...values, ...(hasFirst ? ['first_sequence'] : []), 'upload_id', 'sequence'];
  const updates = [...values, 'upload_id', 'sequence'].map(
    (column) => `${column} = IF(VALUES(sequence) > sequence, VALUES(${column}), ${column})`,
  );
  if (hasFirst) updates.unshift('first_sequence = LEAST(first_sequence, VALUES(first_sequence))');
  yield* insertStatements(
    `INSERT INTO ${kinds[kind].table} (${columns.join(', ')}) VALUES`,
    rows.toSorted((one, other) => idOf(one) - idOf(other)),
    `${hasFirst ? `,${sequence}` : ''},${quote(uploadId)},${sequence}`,
    `ON DUPLICATE KEY UPDATE ${updates.join(', ')}`,
  );
}

/** A row's text starts with its id. */
function idOf(row: string): number {
  return Number.parseInt(row, 10);
}

/** Writes rejections; one that is there already stays. */
export function* rejectionStatements(rejections: readonly Rejection[], uploadId: string): Generator<string> {
  const rows = rejections.map(
    ({ line, column, code, message, raw }) =>
      `${line},${column === null ? 'NULL' : quote(column)},${quote(code)},${quote(message)},${quote(raw)}`,
  );
  yield* insertStatements(
    'INSERT INTO rejections (line, column_name, code, message, raw, upload_id) VALUES',
    rows,
    `,${quote(uploadId)}`,
    'ON DUPLICATE KEY UPDATE line = VALUES(line)',
  );
}
