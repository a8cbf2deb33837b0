import type { PoolConnection } from 'mariadb';
import type { Kind } from '../rows/kinds.ts';
import type { RowValues } from '../rows/validate-row.ts';
import type { HireChanges } from './hire-changes.ts';
import { insertRows } from './row-statements.ts';

const addGroups = {
  head: 'INSERT INTO hires_by_quarter (year, department_id, job_id, q1, q2, q3, q4) VALUES',
  constants: '',
  tail: 'ON DUPLICATE KEY UPDATE q1 = q1 + VALUES(q1), q2 = q2 + VALUES(q2), q3 = q3 + VALUES(q3), q4 = q4 + VALUES(q4)',
};

const addYears = {
  head: 'INSERT INTO hire_years (year, version) VALUES',
  constants: '',
  tail: 'ON DUPLICATE KEY UPDATE version = VALUES(version)',
};

/** Adds a chunk's changes to the counts of hires and marks their years with its version. Needs the lock on `data_version`. */
export async function recordHires(connection: PoolConnection, changes: HireChanges, version: number): Promise<void> {
  const groups = changes.groups();
  if (groups.length === 0) return;
  await insertRows(connection, addGroups, groups);
  await markYears(connection, new Set(groups.map(([year]) => year)), version);
  const decreased = new Set(groups.filter((group) => group.slice(3).some((hires) => hires < 0)).map(([year]) => year));
  if (decreased.size > 0) {
    const empty = 'q1 = 0 AND q2 = 0 AND q3 = 0 AND q4 = 0';
    await connection.query(`DELETE FROM hires_by_quarter WHERE year IN (?) AND ${empty}`, [[...decreased]]);
  }
}

/** Marks the years in which these departments or jobs hired: their names may have changed. Needs the lock on `data_version`. */
export async function recordNames(
  connection: PoolConnection,
  kind: Exclude<Kind, 'HIRED_EMPLOYEES'>,
  rows: readonly RowValues[],
  version: number,
): Promise<void> {
  if (rows.length === 0) return;
  const column = kind === 'DEPARTMENTS' ? 'department_id' : 'job_id';
  const found: { year: number }[] = await connection.query(
    `SELECT DISTINCT year FROM hires_by_quarter WHERE ${column} IN (?)`,
    [rows.map(([id]) => id)],
  );
  await markYears(connection, new Set(found.map(({ year }) => year)), version);
}

async function markYears(connection: PoolConnection, years: ReadonlySet<number>, version: number): Promise<void> {
  const rows = [...years].sort((a, b) => a - b).map((year) => [year, version]);
  await insertRows(connection, addYears, rows);
}
