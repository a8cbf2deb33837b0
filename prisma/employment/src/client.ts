import { openPool, unavailableDatabase } from '@tributary/database';
import type { Pool, TypeCastFunction } from 'mariadb';
import type { Sql } from './sql.ts';

export { isContention } from '@tributary/database';

export interface EmploymentDb {
  readonly pool: Pool;
  close(): Promise<void>;
}

/** Opens the employment database without connecting yet: a server that is down shows at the first query. */
export function openEmploymentDb(url: string): EmploymentDb {
  const pool = openPool(url, poolConfig);
  return { pool, close: () => pool.end() };
}

/** An error of an unavailable employment database becomes UNAVAILABLE; any other stays as it is. */
export const asUnavailable = unavailableDatabase('employment');

/** Runs one query; UNAVAILABLE while the database is unavailable. Whole numbers are numbers, DATETIME columns are dates in UTC. */
export async function readRows<Row>(pool: Pool, { text, values }: Sql): Promise<Row[]> {
  try {
    return await pool.query<Row[]>({ sql: text, bigIntAsNumber: true, typeCast: readDates }, values);
  } catch (error) {
    throw asUnavailable(error);
  }
}

const readDates: TypeCastFunction = (column, next) => {
  const value = next();
  const isDate = typeof value === 'string' && String(column.type).startsWith('DATETIME');
  return isDate ? new Date(`${value.replace(' ', 'T')}Z`) : value;
};

/** All sessions are READ COMMITTED, so that loaders that write different ids do not wait for each other's gap locks. */
const poolConfig = {
  connectionLimit: 8,
  // The driver's Date objects have the wrong century for years below 100; the text is exact.
  dateStrings: true,
  sessionSql: ['SET SESSION innodb_lock_wait_timeout = 10'],
};
