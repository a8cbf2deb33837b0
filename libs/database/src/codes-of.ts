const depth = 6;

/**
 * Every code that an error and what it was caused by carry: the server's number, the driver's from 45001, the network's name,
 * Prisma's. Prisma keeps the driver's number in `meta.driverAdapterError.cause.originalCode`.
 */
export function codesOf(error: unknown, level = 0): string[] {
  if (typeof error !== 'object' || error === null || level > depth) return [];
  const own = ['errno', 'originalCode', 'code'].map((name): unknown => Reflect.get(error, name));
  const inner = ['cause', 'meta', 'driverAdapterError'].flatMap((name) => codesOf(Reflect.get(error, name), level + 1));
  return [...own.filter((code) => typeof code === 'string' || typeof code === 'number').map(String), ...inner];
}
