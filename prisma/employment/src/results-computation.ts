import type { Pool, PoolConnection } from 'mariadb';
import { asUnavailable } from './client.ts';
import { countHiresSql } from './hire-counts.ts';
import { type HiresGroup, type QueryResults, toQueryResults } from './query-results.ts';

const versionSql = 'SELECT version, version <> hires_version AS isStale FROM data_version WHERE id = 1';
const changedYearsSql = 'SELECT year FROM hire_years WHERE version > ? ORDER BY year';

/** Joins the names of departments and jobs to groups. */
const toNamedGroupsSql = (groups: string, condition = '') => `
  SELECT h.year, h.department_id AS departmentId, d.name AS department, h.job_id AS jobId, j.name AS job, h.q1, h.q2, h.q3, h.q4
  FROM ${groups} AS h
  JOIN departments AS d ON d.id = h.department_id
  JOIN jobs AS j ON j.id = h.job_id
  ${condition}`;

/**
 * Computes both predetermined queries and reads the data version in one consistent snapshot, so that the results include exactly the
 * chunks of that version. With `since`, only the years that changed after that version are computed. If the counts of hires are
 * stale, all employees are counted. UNAVAILABLE while the database is unavailable.
 */
export async function computeQueryResults(pool: Pool, since: number | null = null): Promise<QueryResults> {
  try {
    const connection = await pool.getConnection();
    try {
      return await readSnapshot(connection, since);
    } finally {
      // Also rolls back an open transaction after an error.
      await connection.release();
    }
  } catch (error) {
    throw asUnavailable(error);
  }
}

async function readSnapshot(connection: PoolConnection, since: number | null): Promise<QueryResults> {
  // The session is READ COMMITTED, in which each statement has its own snapshot.
  await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  const [{ version, isStale } = { version: 0, isStale: 0 }] = await read<{ version: number; isStale: number }>(
    connection,
    versionSql,
  );
  const results =
    since === null || isStale === 1
      ? toQueryResults(version, await readAllGroups(connection, isStale === 1))
      : await readChanges(connection, version, since);
  await connection.query('COMMIT');
  return results;
}

function readAllGroups(connection: PoolConnection, isStale: boolean): Promise<HiresGroup[]> {
  return read<HiresGroup>(connection, toNamedGroupsSql(isStale ? `(${countHiresSql})` : 'hires_by_quarter'));
}

async function readChanges(connection: PoolConnection, version: number, since: number): Promise<QueryResults> {
  const years = (await read<{ year: number }>(connection, changedYearsSql, [since])).map(({ year }) => year);
  const groups =
    years.length === 0
      ? []
      : await read<HiresGroup>(connection, toNamedGroupsSql('hires_by_quarter', 'WHERE h.year IN (?)'), [years]);
  return toQueryResults(version, groups, { since, years });
}

async function read<Row>(connection: PoolConnection, sql: string, values: unknown[] = []): Promise<Row[]> {
  return connection.query<Row[]>({ sql, bigIntAsNumber: true, decimalAsNumber: true }, values);
}
