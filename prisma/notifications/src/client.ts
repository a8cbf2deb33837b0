import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaClient } from './generated/client.ts';

export interface NotificationsDb {
  readonly client: PrismaClient;
  close(): Promise<void>;
}

/** Opens a pool on the notifications database; nothing is connected until the first query. Every session speaks UTC. */
export function openNotificationsDb(url: string): NotificationsDb {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const socketPath = searchParams.get('socketPath');
  const database = decodeURIComponent(pathname.slice(1));
  const adapter = new PrismaMariaDb(
    {
      ...(socketPath === null ? { host: hostname, port: Number(port || 3306) } : { socketPath }),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database,
      connectionLimit: 5,
      connectTimeout: 5_000,
      acquireTimeout: 5_000,
      initSql: "SET time_zone = '+00:00'",
    },
    { database },
  );
  const client = new PrismaClient({ adapter });
  return { client, close: () => client.$disconnect() };
}
