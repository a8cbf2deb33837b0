import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { openPool, prismaOptions, unavailableDatabase } from '@tributary/database';
import type { Pool } from 'mariadb';
import { withExactYears } from './exact-years.ts';
import { PrismaClient } from './generated/client.ts';

/** One pool under two faces: Prisma for ordinary queries, the raw driver for bulk writes and consistent snapshots. */
export interface EmploymentDb {
  readonly client: PrismaClient;
  readonly pool: Pool;
  close(): Promise<void>;
}

/** Opens the employment database without connecting yet, so a server that is down shows at the first query, not here. */
export function openEmploymentDb(url: string): EmploymentDb {
  const pool = openPool(url, poolConfig);
  const client = new PrismaClient({ adapter: new PrismaMariaDb(withExactYears(pool), prismaOptions(url)) });
  return {
    client,
    pool,
    async close() {
      await client.$disconnect();
      await pool.end();
    },
  };
}

export { isContention } from '@tributary/database';

/** An error that says the employment database cannot serve now becomes UNAVAILABLE; any other stays what it is. */
export const asUnavailable = unavailableDatabase('employment');

/** READ COMMITTED, which all sessions have, keeps loaders that write different ids from waiting for each other's gap locks. */
const poolConfig = {
  connectionLimit: 8,
  // The driver's Date objects have the wrong century for years below 100; the text is exact.
  dateStrings: true,
  sessionSql: ['SET SESSION innodb_lock_wait_timeout = 10'],
};
