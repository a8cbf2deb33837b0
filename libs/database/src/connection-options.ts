import { badConfig } from '@tributary/core';
import type { ConnectionConfig } from 'mariadb';

type Address = { user: string; password?: string; database?: string } & (
  | { host: string; port: number }
  | { socketPath: string }
);

/**
 * The driver's options for `mysql://user:password@host:port/database`, or for a Unix socket with `?socketPath=/path`. The
 * session runs in UTC and utf8mb4 whatever the server's defaults are.
 */
export function connectionOptions(databaseUrl: string): Address & Pick<ConnectionConfig, 'timezone' | 'charset'> {
  return { ...addressOf(databaseUrl), timezone: 'Z', charset: 'utf8mb4' };
}

/** Where the URL leads, and as whom. */
export function addressOf(databaseUrl: string): Address {
  if (!URL.canParse(databaseUrl))
    throw badConfig('A database URL must look like mysql://user:password@host:3306/name.');
  const url = new URL(databaseUrl);
  const socketPath = url.searchParams.get('socketPath');
  const database = databaseName(databaseUrl);
  return {
    ...(socketPath ? { socketPath } : { host: url.hostname || '127.0.0.1', port: Number(url.port || 3306) }),
    user: decodeURIComponent(url.username),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(database && { database }),
  };
}

/** The name of the database in its URL. */
export function databaseName(databaseUrl: string): string {
  return decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
}
