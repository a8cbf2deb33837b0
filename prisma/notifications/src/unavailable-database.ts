import { unavailable } from '@tributary/core';
import { Prisma } from './generated/client.ts';

/** Prisma's codes: not reachable, not migrated (P2021), no free connection, no transaction in time, a deadlock (P2034). */
const prismaCodes = new Set([
  ...['P1000', 'P1001', 'P1002', 'P1003', 'P1008', 'P1017'],
  ...['P2021', 'P2024', 'P2028', 'P2034', 'P2037'],
]);

/**
 * The server's numbers for the same, in what Prisma has no code for: connections used up, login or database missing,
 * shutting down, table missing, lock wait timeout, deadlock, read-only, killed, gone. From 45001 on they are the driver's.
 */
const serverCodes = new Set([1040, 1044, 1045, 1049, 1053, 1146, 1203, 1205, 1213, 1226, 1290, 1317, 1927, 2006, 2013]);

/** The drivers' own words for the same, where Prisma passes them on without a code. */
const connectionWords =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|pool timeout|pool is closed|socket has unexpectedly been closed|Connection (?:lost|killed|closed)|server has gone away|server shutdown|closed state/i;

/** An error that says the database cannot be used now, or is not migrated yet, becomes UNAVAILABLE; any other stays what it is. */
export function asUnavailable(error: unknown): unknown {
  const isTemporary =
    error instanceof Prisma.PrismaClientInitializationError ||
    (error instanceof Prisma.PrismaClientKnownRequestError &&
      (prismaCodes.has(error.code) || isTemporaryCode(serverCodeOf(error)))) ||
    (error instanceof Error && connectionWords.test(`${error.message} ${String(error.cause ?? '')}`));
  return isTemporary ? unavailable('The notifications database is not reachable.', { cause: error }) : error;
}

function serverCodeOf({ meta }: Prisma.PrismaClientKnownRequestError): number {
  const driverError = propertyOf(meta, 'driverAdapterError');
  return Number(propertyOf(propertyOf(driverError, 'cause'), 'originalCode'));
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const isTemporaryCode = (code: number) => serverCodes.has(code) || code >= 45_001;
