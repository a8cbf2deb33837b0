import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { openPool, type PoolUse, prismaOptions } from '@tributary/database';
import { PrismaClient } from './generated/client.ts';

export interface NotificationsDb {
  readonly client: PrismaClient;
  readonly pool: PoolUse;
  close(): Promise<void>;
}

/** Opens a pool on the notifications database; nothing is connected until the first query. Every session speaks UTC. */
export function openNotificationsDb(url: string): NotificationsDb {
  const pool = openPool(url, { connectionLimit: 5 });
  const client = new PrismaClient({ adapter: new PrismaMariaDb(pool, prismaOptions(url)) });
  return {
    client,
    pool,
    async close() {
      await client.$disconnect();
      await pool.end();
    },
  };
}
