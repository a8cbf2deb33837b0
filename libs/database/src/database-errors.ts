import { isAppError, unavailable } from '@tributary/core';

/** The connection broke while it was in use: killed, idle too long, gone, lost, closed, not usable any more. */
const lostConnectionCodes = new Set(
  [
    1053,
    1152,
    1158,
    1159,
    1160,
    1161,
    1184,
    1927,
    2006,
    2013,
    3169,
    4031,
    45_001,
    45_004,
    45_009,
    45_013,
    45_019,
    'ECONNRESET',
    'EPIPE',
  ].map(String),
);

/** Deadlock, lock wait timeout, a row changed under a snapshot, a conflict in a cluster: run again, the transaction will do. */
const contentionCodes = new Set(['1020', '1205', '1213', '3101', 'P2034']);

const temporaryCodes = new Set(
  [
    // The server cannot be used yet or by this login: connections used up or blocked, login, rights, database or table missing.
    ...[1040, 1044, 1045, 1047, 1049, 1129, 1130, 1135, 1142, 1146, 1203, 1226, 1461, 1637, 1698, 1820, 1862],
    // It has no room: disk, table, memory, locks.
    ...[1021, 1026, 1030, 1037, 1038, 1041, 1114, 1180, 1206],
    // It is read-only or about to fail over, or an operator or a time limit (MariaDB's, MySQL's) ended the statement.
    ...[1290, 1317, 1836, 1969, 3024, 3100],
    // The driver's, of a connection that cannot be had; its others (packet too large, bad parameter) are bugs.
    ...[45_012, 45_026, 45_027, 45_028, 45_029, 45_030, 45_035, 45_037, 45_039, 45_042, 45_060, 45_061],
    ...['ECONNREFUSED', 'ENOENT', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
    // Prisma's, where it leaves out what the driver said: not reachable, login, not there, no connection or transaction in time.
    ...['P1000', 'P1001', 'P1002', 'P1003', 'P1008', 'P1017', 'P2021', 'P2024', 'P2028', 'P2037'],
  ].map(String),
);

/**
 * The function that turns an error which says "the database cannot serve now" into UNAVAILABLE, whether it comes from the driver
 * or through Prisma; any other error stays what it is. Goes by codes alone: words may come from a user.
 */
export function unavailableDatabase(name: string): (error: unknown) => unknown {
  return (error) => {
    if (isAppError(error)) return error;
    const cannotServe = errorCodes(error).some(
      (code) => temporaryCodes.has(code) || lostConnectionCodes.has(code) || contentionCodes.has(code),
    );
    return cannotServe ? unavailable(`The ${name} database is not available.`, { cause: error }) : error;
  };
}

/** True for a deadlock or a lost lock wait, also where it was made UNAVAILABLE already: the transaction may be run again. */
export function isContention(error: unknown): boolean {
  return errorCodes(error).some((code) => contentionCodes.has(code));
}

/** True for a transaction that was not done in time: it may have waited for a lock, or for its turn. */
export function isOutOfTime(error: unknown): boolean {
  return errorCodes(error).includes('P2028');
}

/** True where the connection broke after it was handed out, so that what was asked may or may not have been done. */
export function isLostConnection(error: unknown): boolean {
  return errorCodes(error).some((code) => lostConnectionCodes.has(code));
}

const maxDepth = 6;

/**
 * Every code that an error and what it was caused by carry: the server's number, the driver's from 45001, the network's name,
 * Prisma's. Prisma keeps the driver's number in `meta.driverAdapterError.cause.originalCode`.
 */
function errorCodes(error: unknown, level = 0): string[] {
  if (typeof error !== 'object' || error === null || level > maxDepth) return [];
  const own = ['errno', 'originalCode', 'code'].map((name): unknown => Reflect.get(error, name));
  const inner = ['cause', 'meta', 'driverAdapterError'].flatMap((name) =>
    errorCodes(Reflect.get(error, name), level + 1),
  );
  return [...own.filter((code) => typeof code === 'string' || typeof code === 'number').map(String), ...inner];
}
