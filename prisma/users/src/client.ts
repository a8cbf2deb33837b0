import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { openPool, type PoolUse, prismaOptions, transactionMaxWaitMs, unavailableDatabase } from '@tributary/database';
import { Prisma, PrismaClient } from './generated/client.ts';

const asUnavailable = unavailableDatabase('users');

/** The transaction of the caller. */
export type Transaction = Prisma.TransactionClient;

export interface UsersDb {
  /** Runs queries; UNAVAILABLE while the database is unavailable. */
  query<T>(work: (client: PrismaClient) => Promise<T>): Promise<T>;
  /** Runs `work` once, in a READ COMMITTED transaction that is rolled back when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  readonly pool: PoolUse;
  /** UNAVAILABLE while the server is unavailable or the schema is not migrated. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the users database without connecting yet. All sessions use UTC. */
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

/** True for a violated unique key. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
