import type { Pool, TypeCastFunction } from 'mariadb';

/**
 * The pool as Prisma's adapter must see it: the adapter reads `0050-01-01 00:00:00` with `new Date`, which takes years below 100
 * for others (1950) unless date and time are joined by a T. Everything else passes through.
 */
export function withExactYears(pool: Pool): Pool {
  return exact(pool);
}

function exact<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key);
      if (typeof value !== 'function') return value;
      if (key === 'getConnection') return async () => exact(await value.call(object));
      if (key === 'query' || key === 'execute') {
        return (statement: unknown, values: unknown) => value.call(object, joinDatetimes(statement), values);
      }
      return value.bind(object);
    },
  });
}

function joinDatetimes(statement: unknown): unknown {
  if (typeof statement !== 'object' || statement === null) return statement;
  const typeCast: TypeCastFunction = (column, next) => {
    const value = next();
    return typeof value === 'string' && String(column.type).startsWith('DATETIME') ? value.replace(' ', 'T') : value;
  };
  return { ...statement, typeCast };
}
