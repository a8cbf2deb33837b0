import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { Prisma, PrismaClient } from './generated/client.ts';
import { asUnavailable } from './unavailable-database.ts';

/** What a function that must run inside the caller's transaction takes. */
export type Transaction = Prisma.TransactionClient;

export interface UsersDb {
  /** Runs ordinary queries; a database that cannot be reached is UNAVAILABLE. */
  query<T>(work: (client: PrismaClient) => Promise<T>): Promise<T>;
  /** Runs `work` in one READ COMMITTED transaction, once: all of it is committed, or none when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Fails with UNAVAILABLE while the server, or the migrated schema, is not there. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a pool on the users database without connecting yet. Every session speaks UTC. */
export function openUsersDb(url: string, options: { connections?: number; acquireTimeoutMs?: number } = {}): UsersDb {
  const client = new PrismaClient({
    adapter: adapterFor(url, options),
    transactionOptions: { maxWait: 5_000, timeout: 10_000 },
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
    transaction: (work) =>
      query(() => client.$transaction(work, { isolationLevel: Prisma.TransactionIsolationLevel.ReadCommitted })),
    ping: async () => {
      await query(() => client.$queryRaw`SELECT 1 FROM refresh_tokens LIMIT 1`);
    },
    close: () => client.$disconnect(),
  };
}

function adapterFor(
  url: string,
  { connections = 10, acquireTimeoutMs = 5_000 }: { connections?: number; acquireTimeoutMs?: number },
): PrismaMariaDb {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const socketPath = searchParams.get('socketPath');
  const database = decodeURIComponent(pathname.slice(1));
  return new PrismaMariaDb(
    {
      ...(socketPath === null ? { host: hostname, port: Number(port || 3306) } : { socketPath }),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database,
      connectionLimit: connections,
      connectTimeout: acquireTimeoutMs,
      acquireTimeout: acquireTimeoutMs,
      initSql: "SET time_zone = '+00:00'",
    },
    { database },
  );
}
