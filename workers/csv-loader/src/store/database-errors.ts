import { AppError, unavailable } from '@tributary/core';
import { SqlError } from 'mariadb';

/** Deadlock and lock wait timeout: the transaction was rolled back, and run again it will do. */
const contention = new Set([1205, 1213]);

/** Too many connections, server shutting down, disk or table full, read-only, login or database not there yet, killed. */
const temporary = new Set([1021, 1040, 1044, 1045, 1049, 1053, 1114, 1129, 1146, 1203, 1226, 1290, 1317, 1836, 1927]);

/** The driver's own codes for a connection that cannot be had, or is lost; its others (packet too large, bad parameter) are bugs. */
const connectionCodes = new Set([
  45_001, 45_004, 45_009, 45_012, 45_013, 45_019, 45_026, 45_027, 45_028, 45_029, 45_030, 45_035, 45_037, 45_039,
  45_042,
]);

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
  // Class 08 is the standard's word for connections, but the driver uses it for all its own errors.
  const isServerConnection = error.errno < 45_000 && error.sqlState?.startsWith('08') === true;
  const isConnection = isServerConnection || connectionCodes.has(error.errno) || networkCodes.has(error.code ?? '');
  if (!isConnection && !temporary.has(error.errno) && !isContention(error)) return error;
  return unavailable('The database is not available.', { cause: error });
}
