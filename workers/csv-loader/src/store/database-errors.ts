import { AppError, unavailable } from '@tributary/core';
import { SqlError } from 'mariadb';

/** Deadlock and lock wait timeout: the transaction was rolled back, and run again it will do. */
const contention = new Set([1205, 1213]);

/** Too many connections, server shutting down, disk or table full, read-only, login or database not there yet, killed. */
const temporary = new Set([1021, 1040, 1044, 1045, 1049, 1053, 1114, 1129, 1146, 1203, 1226, 1290, 1317, 1836, 1927]);

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

export function isContention(error: unknown): boolean {
  return error instanceof SqlError && contention.has(error.errno);
}

/** An error that says the database can not serve now becomes UNAVAILABLE; any other stays what it is. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof SqlError)) return error;
  // The driver's own errors, 45001 and up, are all about connections; class 08 is the standard's word for the same.
  const isConnection = error.errno >= 45_001 || error.sqlState?.startsWith('08') || networkCodes.has(error.code ?? '');
  if (!isConnection && !temporary.has(error.errno) && !isContention(error)) return error;
  return unavailable('The database is not available.', { cause: error });
}
