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
  return { ...parseAddress(databaseUrl), timezone: 'Z', collation: 'UTF8MB4_UNICODE_CI' };
}

/** Where the URL leads, and as whom. */
export function parseAddress(databaseUrl: string): Address {
  if (!URL.canParse(databaseUrl))
    throw badConfig('A database URL must look like mysql://user:password@host:3306/name.');
  const url = new URL(databaseUrl);
  const socketPath = url.searchParams.get('socketPath');
  const database = databaseName(databaseUrl);
  return {
    ...(socketPath ? { socketPath } : { host: parseHost(url) || '127.0.0.1', port: Number(url.port || 3306) }),
    user: decodeURIComponent(url.username),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(database && { database }),
  };
}

/** An IPv6 address has brackets in a URL only. */
const parseHost = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '');

/** The name of the database in its URL. */
function databaseName(databaseUrl: string): string {
  return decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
}

/**
 * Settings that Prisma's adapter needs beside its pool. As text each statement is one command; as the adapter's
 * prepared ones, which are not kept, it is three, which took a quarter longer. Text is exact for all types we have: it
 * would not be for long decimals.
 */
export const prismaOptions = (databaseUrl: string) => ({
  database: databaseName(databaseUrl),
  useTextProtocol: true,
});
