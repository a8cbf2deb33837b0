import { unavailable } from '@tributary/core';

/** What driver and Prisma say when the server cannot be reached or has no connection free. */
const connectionWords =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|pool timeout|pool is closed|socket has unexpectedly been closed|connection (?:lost|killed|closed)|server has gone away|server shutdown|closed state|Can't reach database server|Unknown database|doesn't exist|TableDoesNotExist/i;

/** An error that only says the database cannot be reached, or is not migrated yet, becomes UNAVAILABLE; any other stays what it is. */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const details = 'meta' in error ? JSON.stringify(error.meta) : '';
  const isConnection = connectionWords.test(`${error.message} ${details} ${String(error.cause ?? '')}`);
  return isConnection ? unavailable('The employment database is not reachable', { cause: error }) : error;
}
