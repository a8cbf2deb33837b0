import { createPool, type Pool } from 'mariadb';
import { parseAddress } from './connection-options.ts';
import { sessionSql } from './session.ts';
import { withSessions } from './with-sessions.ts';
import { withSpans } from './with-spans.ts';

/** The state of a pool, read without asking the server. */
export type PoolUse = Pick<Pool, 'activeConnections' | 'idleConnections' | 'taskQueueSize'>;

interface PoolOptions {
  /** At most so many connections, unless the URL says otherwise with `?connectionLimit=n`. */
  connectionLimit?: number;
  /** Statements that make a session what its users expect, beyond what all have; each connection runs them once. */
  sessionSql?: string[];
  dateStrings?: boolean;
}

/**
 * A pool that outlives its server: it connects on first use, an unavailable server is UNAVAILABLE after 2 s, and it is
 * found again within a second of its return, however long it was down. Each session runs `sessionSql` before its first
 * statement. The caller ends it.
 */
export function openPool(url: string, { sessionSql: ownSql = [], ...more }: PoolOptions = {}): Pool {
  const limit = new URL(url).searchParams.get('connectionLimit');
  const pool = createPool({
    ...parseAddress(url),
    ...recovery,
    // Said in the handshake, unlike `charset`: see withSessions for why nothing is asked of the server while connecting.
    collation: 'UTF8MB4_UNICODE_CI',
    // Prisma's adapter asks for this: cached statements of generated SQL would pile up on the server.
    prepareCacheLength: 0,
    ...more,
    ...(limit === null ? {} : { connectionLimit: Number(limit) }),
  });
  return withSpans(withSessions(pool, [...sessionSql, ...ownSql]));
}

const recovery = {
  minimumIdle: 1,
  connectTimeout: 1_500,
  acquireTimeout: 2_000,
  // Until this time has passed the driver tries to connect every half second; afterwards it would pause for up to ten.
  initializationTimeout: 24 * 60 * 60 * 1000,
  // A connection is pinged before it is handed out: one that was cut while it rested is not the next request's problem.
  minDelayValidation: 0,
  pingTimeout: 1_000,
  keepAliveDelay: 10_000,
};
