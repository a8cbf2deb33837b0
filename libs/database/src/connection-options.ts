import { badConfig } from '@tributary/core';
import type { ConnectionConfig } from 'mariadb';

type Address = { user: string; password?: string; database?: string } & (
  | { host: string; port: number }
  | { socketPath: string }
);

/** What a caller may add to the address of a single connection; an empty `database` chooses none. */
export type ConnectionOptions = Pick<ConnectionConfig, 'connectTimeout' | 'multipleStatements' | 'database'>;

/** The driver's options for `mysql://user:password@host:port/database`, or for a Unix socket with `?socketPath=/path`. */
export function connectionOptions(databaseUrl: string): Address & Pick<ConnectionConfig, 'timezone' | 'collation'> {
  // `timezone` is how the driver writes and reads dates.
  return { ...addressOf(databaseUrl), timezone: 'Z', collation: 'UTF8MB4_UNICODE_CI' };
}

/** Where the URL leads, and as whom. */
export function addressOf(databaseUrl: string): Address {
  if (!URL.canParse(databaseUrl))
    throw badConfig('A database URL must look like mysql://user:password@host:3306/name.');
  const url = new URL(databaseUrl);
  const socketPath = url.searchParams.get('socketPath');
  const database = databaseName(databaseUrl);
  return {
    ...(socketPath ? { socketPath } : { host: hostIn(url) || '127.0.0.1', port: Number(url.port || 3306) }),
    user: decodeURIComponent(url.username),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(database && { database }),
  };
}

/** An IPv6 address has brackets in a URL only. */
const hostIn = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '');

/** The name of the database in its URL. */
export function databaseName(databaseUrl: string): string {
  return decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
}
