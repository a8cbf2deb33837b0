import { badConfig, type Clock, systemClock, unavailable } from '@tributary/core';
import { type Connection, createConnection, type SqlError } from 'mariadb';
import { connectionOptions } from './connection-options.ts';

export interface ConnectOptions {
  databaseUrl: string;
  log(line: string): void;
  /** How long to wait for a server that does not answer yet. */
  waitMs: number;
  clock?: Clock;
}

const RETRY_MS = 500;
const loginErrors = ['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'ER_HOST_NOT_PRIVILEGED'];

/** Connects to the database of the URL, once the server answers, and creates the database where it is missing. The caller ends it. */
export async function connectDatabase({ databaseUrl, log, waitMs, clock = systemClock }: ConnectOptions) {
  const { database, ...server } = connectionOptions(databaseUrl);
  if (!database) throw badConfig('A database URL must end with the name of the database.');
  const deadline = clock.now().getTime() + waitMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connect({ ...server, database }, log);
    } catch (error) {
      if (!isNotThereYet(error)) throw error;
      const where = 'host' in server ? `${server.host}:${server.port}` : server.socketPath;
      if (clock.now().getTime() >= deadline) {
        throw unavailable(`No database server answered at ${where} within ${waitMs / 1000} s.`, { cause: error });
      }
      if (attempt === 1) log(`waiting for the database server at ${where}`);
      await clock.sleep(RETRY_MS);
    }
  }
}

async function connect(
  options: ReturnType<typeof connectionOptions>,
  log: (line: string) => void,
): Promise<Connection> {
  const settings = { ...options, multipleStatements: true, connectTimeout: 5000 };
  try {
    return await createConnection(settings);
  } catch (error) {
    if (codeOf(error) !== 'ER_BAD_DB_ERROR') throw error;
    await createDatabase(options, log);
    return createConnection(settings);
  }
}

async function createDatabase(
  { database, ...server }: ReturnType<typeof connectionOptions>,
  log: (line: string) => void,
) {
  const create = `CREATE DATABASE IF NOT EXISTS \`${database?.replaceAll('`', '``')}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;
  const connection = await createConnection(server);
  try {
    await connection.query(create);
    log(`created the database ${database}`);
  } catch (cause) {
    throw badConfig(
      `The database ${database} is missing and ${server.user} may not create it. Have it created:\n  ${create};`,
      {
        cause,
      },
    );
  } finally {
    await connection.end();
  }
}

/** Refused connections, a server still starting, a host without a name yet: anything but an answer that will not change. */
function isNotThereYet(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && !loginErrors.includes(code) && (!code.startsWith('ER_') || isSocketError(code));
}

const isSocketError = (code: string) => /^ER_(SOCKET|CONNECTION|CON_COUNT|SERVER_SHUTDOWN)/.test(code);

const codeOf = (error: unknown) => (error instanceof Error ? ((error as SqlError).code ?? undefined) : undefined);
