import type { Pool, PoolConnection } from 'mariadb';

/** What is to happen around a statement, BEGIN and COMMIT included: it is for this to run it, or not. */
export type Around = <T>(run: () => Promise<T>, connection: PoolConnection) => Promise<T>;

/** That pool, every statement of whose connections goes through `around`, those sent to the pool itself included. */
export function watchedPool(pool: Pool, around: Around): Pool {
  const getConnection = async () => watchedConnection(await pool.getConnection(), around);
  async function query(...input: Parameters<Pool['query']>) {
    const connection = await getConnection();
    try {
      return await connection.query(...input);
    } finally {
      await connection.release();
    }
  }
  return Object.assign(Object.create(pool), { getConnection, query });
}

function watchedConnection(connection: PoolConnection, around: Around): PoolConnection {
  const statements: Partial<PoolConnection> = {
    query: (...input: Parameters<PoolConnection['query']>) => around(() => connection.query(...input), connection),
    batch: (...input: Parameters<PoolConnection['batch']>) => around(() => connection.batch(...input), connection),
    beginTransaction: () => around(() => connection.beginTransaction(), connection),
    commit: () => around(() => connection.commit(), connection),
  };
  return new Proxy(connection, {
    get(target, key) {
      const value = Reflect.get(statements, key) ?? Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
