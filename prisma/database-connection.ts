import { badConfig, type Clock, systemClock, unavailable } from '@tributary/core';
import { connectionOptions, openConnection } from '@tributary/database';
import type { Connection } from 'mariadb';

export interface ConnectOptions {
  databaseUrl: string;
  log(line: string): void;
  /** How long to wait for a server that does not answer yet. */
  waitMs: number;
  /** Ends the wait: what is thrown then is the signal's reason. */
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

const RETRY_MS = 500;
/** Errors that waiting does not fix. The driver's message names the user and never the password. */
const loginErrors = [
  'ER_ACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_HOST_IS_BLOCKED',
];

/** Connects to the database of the URL, once the server answers, and creates the database where it is missing. The caller ends it. */
export async function connectDatabase({ databaseUrl, log, waitMs, signal, clock = systemClock }: ConnectOptions) {
  const { database, user, ...server } = connectionOptions(databaseUrl);
  if (!database) throw badConfig('A database URL must end with the name of the database.');
  const where = 'host' in server ? `${server.host}:${server.port}` : server.socketPath;
  const deadline = clock.now().getTime() + waitMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connect(databaseUrl, { database, user }, log);
    } catch (error) {
      if (loginErrors.includes(getErrorCode(error) ?? '')) {
        throw badConfig(`The database server at ${where} refuses the login: ${getMessage(error)}`, { cause: error });
      }
      if (!isTemporary(error)) throw error;
      if (clock.now().getTime() >= deadline) {
        throw unavailable(`No database server answered at ${where} within ${waitMs / 1000} s.`, { cause: error });
      }
      if (attempt === 1) log(`waiting for the database server at ${where}`);
      await clock.sleep(RETRY_MS, signal);
    }
  }
}

async function connect(databaseUrl: string, names: Names, log: (line: string) => void): Promise<Connection> {
  const options = { multipleStatements: true, connectTimeout: 5000 };
  try {
    return await openConnection(databaseUrl, options);
  } catch (error) {
    if (getErrorCode(error) !== 'ER_BAD_DB_ERROR') throw error;
    await createDatabase(databaseUrl, names, log);
    return openConnection(databaseUrl, options);
  }
}

interface Names {
  database: string;
  user: string;
}

async function createDatabase(databaseUrl: string, { database, user }: Names, log: (line: string) => void) {
  const create = `CREATE DATABASE IF NOT EXISTS \`${database.replaceAll('`', '``')}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;
  const connection = await openConnection(databaseUrl, { database: '' });
  try {
    await connection.query(create);
    log(`created the database ${database}`);
  } catch (cause) {
    const remedy = `Have it created:\n  ${create};`;
    throw badConfig(`The database ${database} is missing and ${user} may not create it. ${remedy}`, { cause });
  } finally {
    await connection.end();
  }
}

/** Refused connections, a server still starting, a host without a name yet: anything but an answer that will not change. */
function isTemporary(error: unknown): boolean {
  const code = getErrorCode(error);
  return (
    code !== undefined && (!code.startsWith('ER_') || /^ER_(SOCKET|CONNECTION|CON_COUNT|SERVER_SHUTDOWN)/.test(code))
  );
}

/** The driver's own errors and those of the network both carry a code. */
function getErrorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}

/** Without the driver's "(conn:5, no: 1045, SQLState: 28000)" in front. */
function getMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(conn:[^)]*\) /, '').split('\n')[0] ?? '';
}
