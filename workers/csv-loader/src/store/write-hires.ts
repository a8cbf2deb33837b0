import type { PoolConnection } from 'mariadb';
import type { Target } from '../chunks.ts';
import type { RowValues } from '../rows/validate-row.ts';
import { createHireChanges, type HireChanges } from './hire-changes.ts';
import { upsertRows } from './row-statements.ts';

/** Ids that lie closer together on average are looked up as one range: to scan the others in between costs less than a list. */
const MAX_GAP = 4;

interface StoredHire {
  id: number;
  hiredAt: string;
  departmentId: number;
  jobId: number;
  sequence: bigint | number;
}

/**
 * Writes hires where their sequence is greater than the stored one, and returns exactly what that changes in the counts. The first
 * statement inserts or locks every row, in the order of the ids; what it finds there then stays as it is until the commit.
 */
export async function writeHires(
  connection: PoolConnection,
  target: Target,
  rows: readonly RowValues[],
): Promise<HireChanges> {
  const changes = createHireChanges();
  if (rows.length === 0) return changes;
  const sorted = rows.toSorted(([a], [other]) => a - other);
  await upsertRows(connection, target, sorted, 'ifAbsent');
  const stored = await readOthers(connection, target.sequence, sorted);
  const isWritable = (id: number) => {
    const other = stored.get(id);
    return other === undefined || other.sequence < target.sequence;
  };
  const replacing = sorted.filter(([id]) => stored.has(id) && isWritable(id));
  await upsertRows(connection, target, replacing, 'ifGreater');
  for (const [id, , hiredAt, departmentId, jobId] of sorted) {
    if (!isWritable(id)) continue;
    const before = stored.get(id);
    if (before) changes.add(-1, before.hiredAt, before.departmentId, before.jobId);
    changes.add(1, String(hiredAt), Number(departmentId), Number(jobId));
  }
  return changes;
}

/** The stored rows of these ids that other uploads wrote. */
async function readOthers(
  connection: PoolConnection,
  sequence: number,
  sorted: readonly RowValues[],
): Promise<ReadonlyMap<number, StoredHire>> {
  const first = sorted[0]?.[0] ?? 0;
  const last = sorted.at(-1)?.[0] ?? 0;
  const isRange = last - first < sorted.length * MAX_GAP;
  const stored: StoredHire[] = await connection.query(
    `SELECT id, hired_at AS hiredAt, department_id AS departmentId, job_id AS jobId, sequence
       FROM employees WHERE ${isRange ? 'id BETWEEN ? AND ?' : 'id IN (?)'} AND sequence <> ?`,
    [...(isRange ? [first, last] : [sorted.map(([id]) => id)]), sequence],
  );
  return new Map(stored.map((row) => [row.id, row]));
}
