import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { openPool, type PoolUse, prismaOptions, transactionMaxWaitMs, unavailableDatabase } from '@tributary/database';
import { PrismaClient } from './generated/client.ts';

export const asUnavailable = unavailableDatabase('uploads');

/** Opens a pool on the uploads database; nothing is connected until the first query. Every session speaks UTC. */
export function openUploadsDb(url: string, options: { connections?: number } = {}): UploadsDb {
  const pool = openPool(url, { connectionLimit: options.connections ?? 10 });
  const client = createClient(new PrismaMariaDb(pool, prismaOptions(url)));
  return {
    client,
    pool,
    ping: async () => {
      await client.$queryRaw`SELECT 1 FROM sequences LIMIT 1`;
    },
    async close() {
      await client.$disconnect();
      await pool.end();
    },
  };
}

/** Every query that finds the server unreachable throws UNAVAILABLE. */
function createClient(adapter: PrismaMariaDb) {
  return new PrismaClient({ adapter, transactionOptions: { maxWait: transactionMaxWaitMs, timeout: 20_000 } }).$extends(
    {
      query: {
        async $allOperations({ args, query }) {
          try {
            return await query(args);
          } catch (error) {
            throw asUnavailable(error);
          }
        },
      },
    },
  );
}

export interface UploadsDb {
  readonly client: ReturnType<typeof createClient>;
  readonly pool: PoolUse;
  /** Fails with UNAVAILABLE while the server, or the migrated schema, is not there. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What a function that must run inside the caller's transaction takes. */
export type Transaction = Parameters<Parameters<UploadsDb['client']['$transaction']>[0]>[0];
