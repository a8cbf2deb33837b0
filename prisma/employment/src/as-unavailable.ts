import { unavailable } from '@tributary/core';
import { z } from 'zod';

/** Connections used up or blocked, shutting down, login, database or table not there yet, disk full, read-only, killed. */
const temporaryCodes = new Set(
  [1021, 1040, 1044, 1045, 1049, 1053, 1129, 1146, 1203, 1226, 1290, 1317, 1698, 1836, 1927, 2006, 2013].map(String),
);

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

/** The driver's own error: `errno` is the server's number, or one of its own from 45001, all of them about connections. */
const driverError = z.object({ code: z.string().nullish(), errno: z.number() });

/** What Prisma makes of a driver's error in a raw query. */
const prismaError = z.object({
  code: z.literal('P2010'),
  meta: z.object({ driverAdapterError: z.object({ cause: z.object({ originalCode: z.string() }) }) }),
});

/** An error whose code says the database cannot be reached, or is not migrated yet, becomes UNAVAILABLE; any other stays what it is. */
export function asUnavailable(error: unknown): unknown {
  return codesOf(error).some(isTemporary)
    ? unavailable('The employment database is not reachable', { cause: error })
    : error;
}

function codesOf(error: unknown): string[] {
  const prisma = prismaError.safeParse(error);
  if (prisma.success) return [prisma.data.meta.driverAdapterError.cause.originalCode];
  const driver = driverError.safeParse(error);
  return driver.success ? [String(driver.data.errno), driver.data.code ?? ''] : [];
}

function isTemporary(code: string): boolean {
  return temporaryCodes.has(code) || networkCodes.has(code) || Number(code) >= 45_001;
}
