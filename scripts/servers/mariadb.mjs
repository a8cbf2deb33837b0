import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { run } from '../processes/run.mjs';

const sockets = ['/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock', '/tmp/mysql.sock'];

/** MariaDB 10.11 or newer, or MySQL 8. @type {import('./types.mjs').ServerKind} */
export const mariadb = {
  name: 'MariaDB',
  variable: 'MARIADB_URL',
  localUrls: [
    'mysql://root@127.0.0.1:3306',
    ...sockets.map((socket) => `mysql://root@localhost/?socketPath=${encodeURIComponent(socket)}`),
  ],
  async login(url) {
    const connection = await connectMariadb(url);
    try {
      const [{ version }] = await connection.query('SELECT VERSION() AS version');
      assertSupportedVersion(version);
    } finally {
      await connection.end();
    }
    return { MARIADB_URL: url };
  },
  compose: {
    service: 'mariadb',
    port: 3306,
    toEnvironment: async (hostPort) => ({ MARIADB_URL: `mysql://root@${await hostPort(3306)}` }),
  },
  debianPackages: ['mariadb-server'],
  privateServer: {
    folder: 'mariadb',
    program: '/usr/sbin/mariadbd',
    ports: ['sql'],
    async prepare(dir, isNew) {
      // A socket path has at most 107 bytes, and the path of a checkout can be longer.
      const runDir = mkdtempSync('/tmp/tributary-');
      if (!isNew) return { runDir };
      rmSync(join(dir, 'data'), { recursive: true, force: true });
      mkdirSync(join(dir, 'data'), { recursive: true });
      // As root, the script runs chown on an unquoted path: this path has no spaces.
      symlinkSync(join(dir, 'data'), join(runDir, 'data'));
      await run('mariadb-install-db', [
        '--no-defaults',
        `--datadir=${join(runDir, 'data')}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        `--tmpdir=${runDir}`,
        ...asRoot(),
      ]);
      return { runDir };
    },
    processes: (dir, { sql }, { runDir }) => [
      {
        command: '/usr/sbin/mariadbd',
        args: [
          '--no-defaults',
          ...asRoot(),
          `--datadir=${join(dir, 'data')}`,
          `--socket=${runDir}/mariadb.sock`,
          // A starting server deletes temporary tables in this folder; a shared folder has those of other servers.
          `--tmpdir=${runDir}`,
          `--pid-file=${join(dir, 'mariadb.pid')}`,
          `--port=${sql}`,
          '--bind-address=127.0.0.1',
          '--skip-name-resolve',
          '--character-set-server=utf8mb4',
          `--innodb-buffer-pool-size=${bufferPoolBytes()}`,
        ],
        env: {},
      },
    ],
    environment: ({ sql }) => ({ MARIADB_URL: `mysql://root@127.0.0.1:${sql}` }),
  },
};

/**
 * A connection by a URL such as `mysql://user:password@host:port/database?socketPath=/path`; the caller ends it.
 *
 * @param {string} url
 */
export async function connectMariadb(url) {
  const { createConnection } = await import('mariadb');
  const { hostname, port, username, password, searchParams } = new URL(url);
  const socketPath = searchParams.get('socketPath');
  const connection = await createConnection({
    ...(socketPath ? { socketPath } : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 3306) }),
    user: decodeURIComponent(username || 'root'),
    password: decodeURIComponent(password),
    connectTimeout: 5_000,
    allowPublicKeyRetrieval: true,
  });
  // As in libs/database/src/session.ts, which may not be built yet.
  await connection.query("SET NAMES utf8mb4, sql_mode = 'STRICT_TRANS_TABLES', autocommit = 1");
  return connection;
}

/**
 * The URL of one database on the server of `serverUrl`.
 *
 * @param {string} serverUrl
 * @param {string} database
 */
export function databaseUrl(serverUrl, database) {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** @param {string} version as the server reports it, e.g. 10.11.6-MariaDB or 8.0.36 */
function assertSupportedVersion(version) {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const isNewEnough = /mariadb/i.test(version) ? major > 10 || (major === 10 && minor >= 11) : major >= 8;
  if (!isNewEnough) throw new Error(`it is version ${version}; MariaDB 10.11 or MySQL 8 is the minimum`);
}

/**
 * An eighth of the machine's memory, at least MariaDB's default of 128 MiB and at most 2 GiB, allocated as it fills.
 * Five million employees with their indexes do not fit into 128 MiB: each row then waits for the disk.
 */
const bufferPoolBytes = () => Math.min(2 ** 31, Math.max(2 ** 27, Math.floor(totalmem() / 8)));

/** mariadbd runs as root only with this option. */
const asRoot = () => (process.getuid?.() === 0 ? ['--user=root'] : []);
