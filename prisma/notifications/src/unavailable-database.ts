import { unavailable } from '@tributary/core';
import { Prisma } from './generated/client.ts';

/** Prisma's codes for a server that cannot be reached, a pool without a free connection, or a transaction that never got one. */
const connectionCodes = new Set(['P1000', 'P1001', 'P1002', 'P1003', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);

/** The drivers' own words for the same, where Prisma passes them on without a code. */
const connectionWords =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|pool timeout|pool is closed|socket has unexpectedly been closed|Connection (?:lost|killed|closed)|server has gone away|server shutdown|closed state/i;

/** An error that only says the database is not reachable becomes UNAVAILABLE, any other stays what it is. */
export function asUnavailable(error: unknown): unknown {
  const isConnection =
    error instanceof Prisma.PrismaClientInitializationError ||
    (error instanceof Prisma.PrismaClientKnownRequestError && connectionCodes.has(error.code)) ||
    (error instanceof Error && connectionWords.test(`${error.message} ${String(error.cause ?? '')}`));
  return isConnection ? unavailable('The notifications database is not reachable.', { cause: error }) : error;
}
