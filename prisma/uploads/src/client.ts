import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaClient } from './generated/client.ts';
import { asUnavailable } from './unavailable-database.ts';

/** Opens a pool on the uploads database; nothing is connected until the first query. Every session speaks UTC. */
export function openUploadsDb(url: string, options: { connections?: number } = {}): UploadsDb {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const socketPath = searchParams.get('socketPath');
  const database = decodeURIComponent(pathname.slice(1));
  const adapter = new PrismaMariaDb(
    {
      ...(socketPath === null ? { host: hostname, port: Number(port || 3306) } : { socketPath }),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database,
      connectionLimit: options.connections ?? 10,
      acquireTimeout: 5_000,
      initSql: "SET time_zone = '+00:00'",
    },
    { database },
  );
  const client = createClient(adapter);
  return {
    client,
    ping: async () => {
      await client.$queryRaw`SELECT 1 FROM sequences LIMIT 1`;
    },
    close: () => client.$disconnect(),
  };
}

/** Every query that finds the server unreachable throws UNAVAILABLE. */
function createClient(adapter: PrismaMariaDb) {
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 20_000 } }).$extends({
    query: {
      async $allOperations({ args, query }) {
        try {
          return await query(args);
        } catch (error) {
          throw asUnavailable(error);
        }
      },
    },
  });
}

export interface UploadsDb {
  readonly client: ReturnType<typeof createClient>;
  /** Fails with UNAVAILABLE while the server, or the migrated schema, is not there. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What a function that must run inside the caller's transaction takes. */
export type Transaction = Parameters<Parameters<UploadsDb['client']['$transaction']>[0]>[0];
