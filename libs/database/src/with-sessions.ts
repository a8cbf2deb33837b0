import { type Pool, type PoolConnection, SqlError } from 'mariadb';
import { isLostConnection } from './database-errors.ts';
import { assertEscapes } from './session.ts';

/** How long a request waits for its turn while others use every connection. */
const acquireTimeoutMs = 10_000;

/**
 * The `maxWait` of a transaction: longer than the pool takes to report that all its connections are busy or the server
 * is unavailable.
 */
export const transactionMaxWaitMs = acquireTimeoutMs + 3_000;

/**
 * The same pool, but each connection runs `sessionSql` before its first use, and a plain SELECT outside a transaction
 * is repeated once on another connection if its own broke. The driver's own `initSql`, `timezone` and `charset` are not
 * used: if the server fails while it runs them, the driver rejects a promise that nobody can catch, which ends the
 * process.
 */
export function withSessions(pool: Pool, sessionSql: string[]): Pool {
  const prepared = new WeakSet<object>();

  /** The driver uses one timeout for “pool exhausted” and “server unreachable”; we wait longer for the former. */
  async function nextFree(): Promise<PoolConnection> {
    for (const since = performance.now(); ; ) {
      try {
        return await pool.getConnection();
      } catch (error) {
        const isBusy = pool.activeConnections() > 0 && performance.now() - since < acquireTimeoutMs;
        if (!isBusy || !isPoolTimeout(error)) throw error;
      }
    }
  }

  async function getConnection(tries = 3): Promise<PoolConnection> {
    const connection = await nextFree();
    const session = connection.info;
    if (session === null) return connection;
    try {
      if (!prepared.has(session)) for (const sql of sessionSql) await connection.query(sql);
      assertEscapes(session);
    } catch (error) {
      connection.destroy();
      // Nothing was asked on it yet.
      if (tries > 1 && isLostConnection(error)) return getConnection(tries - 1);
      throw error;
    }
    prepared.add(session);
    return connection;
  }

  const runOnce = (method: Method) => async (statement: unknown, values?: unknown) => {
    const connection = await getConnection();
    try {
      return await Reflect.apply(connection[method], connection, [statement, values]);
    } finally {
      await connection.release();
    }
  };

  const run = (method: Method) => async (statement: unknown, values?: unknown) => {
    try {
      return await runOnce(method)(statement, values);
    } catch (error) {
      if (!isRead(statement) || !isLostConnection(error)) throw error;
      return runOnce(method)(statement, values);
    }
  };

  const own = {
    getConnection: () => getConnection(),
    query: run('query'),
    execute: run('execute'),
    batch: run('batch'),
  };
  return new Proxy(pool, {
    get(target, key) {
      if (Object.hasOwn(own, key)) return Reflect.get(own, key);
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const isPoolTimeout = (error: unknown) => error instanceof SqlError && error.errno === 45_028;

type Method = 'query' | 'execute' | 'batch';

function isRead(statement: unknown): boolean {
  const sql = typeof statement === 'object' && statement !== null ? Reflect.get(statement, 'sql') : statement;
  return typeof sql === 'string' && /^\s*SELECT\b/i.test(sql);
}
