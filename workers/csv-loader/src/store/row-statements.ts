import type { PoolConnection } from 'mariadb';
import type { Target } from '../chunks.ts';
import type { Rejection } from '../faults.ts';
import { type Kind, kinds } from '../rows/kinds.ts';
import { MAX_ID } from '../rows/read-cell.ts';
import type { RowValues } from '../rows/validate-row.ts';
import { insertStatements, quote, STATEMENT_CHARACTERS } from './sql-text.ts';

const shapes = {
  DEPARTMENTS: { values: ['name'], hasFirst: true },
  JOBS: { values: ['name'], hasFirst: true },
  HIRED_EMPLOYEES: { values: ['name', 'hired_at', 'department_id', 'job_id'], hasFirst: false },
} as const satisfies Record<Kind, { values: readonly string[]; hasFirst: boolean }>;

/**
 * Writes rows where their sequence is greater than the one stored, so the last upload accepted wins in whatever order they are loaded.
 * Rows go in the order of their ids: transactions that lock the same rows in the same order wait for each other, but never deadlock.
 */
export async function writeRows(connection: PoolConnection, target: Target, rows: readonly RowValues[]): Promise<void> {
  await upsertRows(
    connection,
    target,
    rows.toSorted(([a], [b]) => a - b),
    'ifGreater',
  );
}

/** Inserts rows, ordered by id. A row that is stored already is locked, and written over only if `ifGreater` and its sequence is less. */
export async function upsertRows(
  connection: PoolConnection,
  { kind, sequence, uploadId }: Target,
  sorted: readonly RowValues[],
  overwrite: 'ifGreater' | 'ifAbsent',
): Promise<void> {
  await insertRows(connection, toUpsert(kind, sequence, uploadId, overwrite), sorted);
}

/** Runs `head (values, constants) tail` for all rows, in as few packets as can be. */
export async function insertRows(
  connection: PoolConnection,
  { head, constants, tail }: { head: string; constants: string; tail: string },
  rows: readonly (readonly (number | string)[])[],
): Promise<void> {
  if (rows.length === 0) return;
  if (isBulk(connection, rows)) {
    const marks = rows[0]?.map(() => '?').join(',');
    const sql = `${head} (${marks}${constants}) ${tail}`;
    for (const packet of packets(rows)) await connection.batch(sql, packet);
    return;
  }
  for (const sql of insertStatements(head, rows.map(toTuple), constants, tail)) await connection.query(sql);
}

/** Bytes of a row in a packet beside its texts, rounded up. */
const ROW_CHARACTERS = 40;

/** The rows in groups, each of which fits into one packet. */
function* packets<Row extends readonly (number | string)[]>(rows: readonly Row[]): Generator<Row[]> {
  let from = 0;
  let characters = 0;
  for (const [index, values] of rows.entries()) {
    for (const value of values) characters += typeof value === 'string' ? value.length : 0;
    characters += ROW_CHARACTERS;
    if (characters < STATEMENT_CHARACTERS && index < rows.length - 1) continue;
    yield rows.slice(from, index + 1);
    from = index + 1;
    characters = 0;
  }
}

/**
 * Whether the rows of a group can go in one packet of MariaDB's bulk protocol, which spares the server the parsing. The driver begins another
 * packet at an id that it takes for no INT; what follows a failure would then be committed apart from the chunk.
 */
function isBulk(connection: PoolConnection, rows: readonly (readonly (number | string)[])[]): boolean {
  return connection.info?.isMariaDB() === true && !rows.some((values) => values.includes(MAX_ID));
}

/** MySQL assigns from left to right: `sequence` comes last, because the conditions before it compare with the stored one. */
function toUpsert(kind: Kind, sequence: number, uploadId: string, overwrite: 'ifGreater' | 'ifAbsent') {
  const { values, hasFirst } = shapes[kind];
  const columns = ['id', ...values, ...(hasFirst ? ['first_sequence'] : []), 'upload_id', 'sequence'];
  const updates = [...values, 'upload_id', 'sequence'].map(
    (column) => `${column} = IF(VALUES(sequence) > sequence, VALUES(${column}), ${column})`,
  );
  if (hasFirst) updates.unshift('first_sequence = LEAST(first_sequence, VALUES(first_sequence))');
  return {
    head: `INSERT INTO ${kinds[kind].table} (${columns.join(', ')}) VALUES`,
    constants: `${hasFirst ? `,${sequence}` : ''},${quote(uploadId)},${sequence}`,
    tail: `ON DUPLICATE KEY UPDATE ${overwrite === 'ifAbsent' ? 'id = id' : updates.join(', ')}`,
  };
}

/** A row as the text of its values. */
function toTuple(values: readonly (number | string)[]): string {
  return values.map((value) => (typeof value === 'number' ? value : quote(value))).join(',');
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
