import { type ConnectionInfo, createConnection } from 'mariadb';
import { type ConnectionOptions, connectionOptions } from './connection-options.ts';

/** Set by the server while strings have no backslash escapes, which the driver's text of values needs. */
const NO_BACKSLASH_ESCAPES = 1 << 9;

/**
 * What each session sets before its first statement, so that no default of the server or of its user applies: what a string
 * literal is (neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES), strict values, UTC, utf8mb4, autocommit, READ COMMITTED and writable.
 */
export const sessionSql = [
  [
    'SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci',
    "sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    "time_zone = '+00:00'",
    'autocommit = 1',
    "completion_type = 'NO_CHAIN'",
    'foreign_key_checks = 1',
    'unique_checks = 1',
    'sql_big_selects = 1',
    'sql_safe_updates = 0',
    'sql_select_limit = 18446744073709551615',
  ].join(', '),
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
];

/** One connection outside any pool, its session like those of the pools. The caller ends it. */
export async function openConnection(databaseUrl: string, options: ConnectionOptions = {}) {
  const connection = await createConnection({ ...connectionOptions(databaseUrl), connectTimeout: 5_000, ...options });
  try {
    for (const sql of sessionSql) await connection.query(sql);
    assertEscapes(connection.info);
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/**
 * Throws where the server reads a backslash in a string as a character, whatever was set: a proxy may drop SET statements. The
 * server says so with each answer, so this asks nothing.
 */
export function assertEscapes(info: ConnectionInfo | null): void {
  if (info && (info.status & NO_BACKSLASH_ESCAPES) !== 0) {
    throw new Error(
      'The database session has NO_BACKSLASH_ESCAPES set, although it was cleared: values cannot be sent.',
    );
  }
}
