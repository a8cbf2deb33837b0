import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { connect } from 'amqplib';
import { z } from 'zod';
import { connectMariadb } from '../../scripts/servers/mariadb.mjs';
import { connectRedis } from '../../scripts/servers/redis.mjs';
import { findListeningProcess } from './listening-process.ts';

export const machine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryGB: z.number(),
  system: z.string(),
  node: z.string(),
  mariadb: z.string(),
  rabbitmq: z.string(),
  redis: z.string(),
});
export type Machine = z.output<typeof machine>;

/** This machine, and the versions of what runs on it. */
export function describeMachine(servers: Pick<Machine, 'mariadb' | 'rabbitmq' | 'redis'>): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    ...servers,
  };
}

/** How many wanted to run at once in the last minute: above the number of cores a figure is that of a busy machine. */
export const readLoadAverage = () => Math.round((loadavg()[0] ?? 0) * 100) / 100;

/** The commit of this checkout, with a plus where files differ from it; "unknown" outside of git. */
export function getCurrentCommit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    return `${git('rev-parse', '--short=10', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no', '--', ':!bench/results', ':!docs/performance*') ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}

export interface ServerUrls {
  MARIADB_URL: string;
  RABBITMQ_URL: string;
  REDIS_URL: string;
}

/** What the servers say they are. */
export async function readServerVersions(urls: ServerUrls): Promise<Pick<Machine, 'mariadb' | 'rabbitmq' | 'redis'>> {
  const [mariadb, rabbitmq, redis] = await Promise.all([
    mariadbVersion(urls.MARIADB_URL),
    rabbitmqVersion(urls.RABBITMQ_URL),
    redisVersion(urls.REDIS_URL),
  ]);
  return { mariadb, rabbitmq, redis };
}

/** The ids of the servers' processes, of those that listen on a port of this machine and show themselves. */
export function findServerProcesses(urls: ServerUrls): Record<string, number> {
  const listed = { mariadb: urls.MARIADB_URL, rabbitmq: urls.RABBITMQ_URL, redis: urls.REDIS_URL };
  const usual: Record<string, number> = { mariadb: 3306, rabbitmq: 5672, redis: 6379 };
  return Object.fromEntries(
    Object.entries(listed).flatMap(([name, url]) => {
      const { hostname, port } = new URL(url);
      const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
      const pid = isHere ? findListeningProcess(Number(port || usual[name])) : null;
      return pid === null ? [] : [[name, pid]];
    }),
  );
}

async function mariadbVersion(url: string): Promise<string> {
  const connection = await connectMariadb(url);
  try {
    const [row] = await connection.query<{ version: string; poolBytes: bigint }[]>(
      'SELECT VERSION() AS version, @@innodb_buffer_pool_size AS poolBytes',
    );
    return row ? `${row.version} with a buffer pool of ${Number(row.poolBytes) / 2 ** 20} MiB` : 'unknown';
  } finally {
    await connection.end();
  }
}

async function rabbitmqVersion(url: string): Promise<string> {
  const model = await connect(url);
  try {
    return String(model.connection.serverProperties.version);
  } finally {
    await model.close();
  }
}

async function redisVersion(url: string): Promise<string> {
  const client = await connectRedis(url);
  try {
    return /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown';
  } finally {
    client.disconnect();
  }
}
