import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { openPool, type PoolUse, prismaOptions, transactionMaxWaitMs, unavailableDatabase } from '@tributary/database';
import { Prisma, PrismaClient } from './generated/client.ts';

const asUnavailable = unavailableDatabase('users');

/** What a function that must run inside the caller's transaction takes. */
export type Transaction = Prisma.TransactionClient;

export interface UsersDb {
  /** Runs ordinary queries; a database that cannot be reached is UNAVAILABLE. */
  query<T>(work: (client: PrismaClient) => Promise<T>): Promise<T>;
  /** Runs `work` in one READ COMMITTED transaction, once: all of it is committed, or none when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  readonly pool: PoolUse;
  /** Fails with UNAVAILABLE while the server, or the migrated schema, is not there. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a pool on the users database without connecting yet. Every session speaks UTC. */
export function openUsersDb(url: string, { connections = 10 }: { connections?: number } = {}): UsersDb {
  const pool = openPool(url, { connectionLimit: connections });
  const client = new PrismaClient({
    adapter: new PrismaMariaDb(pool, prismaOptions(url)),
    transactionOptions: { maxWait: transactionMaxWaitMs, timeout: 10_000 },
  });
  const query: UsersDb['query'] = async (work) => {
    try {
      return await work(client);
    } catch (error) {
      throw asUnavailable(error);
    }
  };
  return {
    query,
    transaction: (work) => query(() => client.$transaction(work)),
    pool,
    ping: async () => {
      await query(() => client.$queryRaw`SELECT 1 FROM outbox LIMIT 1`);
    },
    async close() {
      await client.$disconnect();
      await pool.end();
    },
  };
}

/** True for the error of a unique key that another row has already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
