import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { openPool, prismaOptions } from '@tributary/database';
import type { Pool } from 'mariadb';
import { PrismaClient } from './generated/client.ts';
import { poolConfig } from './pool-config.ts';
import { withExactYears } from './with-exact-years.ts';

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
