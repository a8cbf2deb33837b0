import type { PoolConfig } from 'mariadb';

/**
 * Turns `mysql://user:password@host:port/database[?socketPath=/path&connectionLimit=n]` into the driver's settings. Every
 * session runs in UTC, and in READ COMMITTED: without gap locks, loaders that write different ids do not wait for each other.
 */
export function poolConfig(url: string): PoolConfig {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const socketPath = searchParams.get('socketPath');
  return {
    ...(socketPath === null ? { host: hostname, port: Number(port || 3306) } : { socketPath }),
    user: decodeURIComponent(username),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    database: decodeURIComponent(pathname.slice(1)),
    connectionLimit: Number(searchParams.get('connectionLimit') ?? 8),
    minimumIdle: 1,
    connectTimeout: 5_000,
    acquireTimeout: 10_000,
    timezone: 'Z',
    // The driver's Date objects have the wrong century for years below 100; the text is exact.
    dateStrings: true,
    charset: 'utf8mb4',
    // Prisma's adapter asks for this: cached statements of generated SQL would pile up on the server.
    prepareCacheLength: 0,
    initSql: [
      "SET time_zone = '+00:00'",
      "SET sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
      'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
      'SET SESSION innodb_lock_wait_timeout = 10',
    ],
  };
}
