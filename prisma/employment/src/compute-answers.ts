import type { Pool, PoolConnection } from 'mariadb';
import { type Answers, answersOf, type HiresGroup } from './answers.ts';
import { asUnavailable } from './as-unavailable.ts';

const versionSql = 'SELECT version FROM data_version WHERE id = 1';

// Grouped before names are looked up; both answers are derived from it. One pass over the table: 1.1 s for 1,000,000
// rows. An index on (department_id, job_id, hired_at) made it 0.55 s, less than what it costs every load.
const hiresSql = `
  SELECT h.year, h.department_id AS departmentId, d.name AS department, h.job_id AS jobId, j.name AS job, h.q1, h.q2, h.q3, h.q4
  FROM (
    SELECT YEAR(hired_at) AS year, department_id, job_id,
           SUM(QUARTER(hired_at) = 1) AS q1, SUM(QUARTER(hired_at) = 2) AS q2,
           SUM(QUARTER(hired_at) = 3) AS q3, SUM(QUARTER(hired_at) = 4) AS q4
    FROM employees
    GROUP BY department_id, job_id, YEAR(hired_at)
  ) AS h
  JOIN departments AS d ON d.id = h.department_id
  JOIN jobs AS j ON j.id = h.job_id`;

/**
 * Runs both predetermined queries for all years and reads the data version in one consistent snapshot: the answers hold
 * exactly the chunks that version counts, however many are committed meanwhile. UNAVAILABLE while the database is away.
 */
export async function computeAnswers(pool: Pool): Promise<Answers> {
  try {
    const connection = await pool.getConnection();
    try {
      return await readSnapshot(connection);
    } finally {
      // Also rolls back what an error left open.
      await connection.release();
    }
  } catch (error) {
    throw asUnavailable(error);
  }
}

async function readSnapshot(connection: PoolConnection): Promise<Answers> {
  // The session is READ COMMITTED, where each statement would see a snapshot of its own.
  await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  const versions = await read<{ version: number }>(connection, versionSql);
  const groups = await read<HiresGroup>(connection, hiresSql);
  await connection.query('COMMIT');
  return answersOf(versions[0]?.version ?? 0, groups);
}

async function read<Row>(connection: PoolConnection, sql: string): Promise<Row[]> {
  return connection.query<Row[]>({ sql, bigIntAsNumber: true, decimalAsNumber: true });
}
