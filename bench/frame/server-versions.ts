import { connect } from 'amqplib';
import { connectMariadb } from '../../scripts/servers/mariadb.mjs';
import { connectRedis } from '../../scripts/servers/redis.mjs';
import { listeningProcess } from './listening-process.ts';
import type { Machine } from './machine.ts';

export interface ServerUrls {
  MARIADB_URL: string;
  RABBITMQ_URL: string;
  REDIS_URL: string;
}

/** What the servers say they are. */
export async function serverVersions(urls: ServerUrls): Promise<Pick<Machine, 'mariadb' | 'rabbitmq' | 'redis'>> {
  const [mariadb, rabbitmq, redis] = await Promise.all([
    mariadbVersion(urls.MARIADB_URL),
    rabbitmqVersion(urls.RABBITMQ_URL),
    redisVersion(urls.REDIS_URL),
  ]);
  return { mariadb, rabbitmq, redis };
}

/** The ids of the servers' processes, of those that listen on a port of this machine and show themselves. */
export function serverProcesses(urls: ServerUrls): Record<string, number> {
  const listed = { mariadb: urls.MARIADB_URL, rabbitmq: urls.RABBITMQ_URL, redis: urls.REDIS_URL };
  const usual: Record<string, number> = { mariadb: 3306, rabbitmq: 5672, redis: 6379 };
  return Object.fromEntries(
    Object.entries(listed).flatMap(([name, url]) => {
      const { hostname, port } = new URL(url);
      const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
      const pid = isHere ? listeningProcess(Number(port || usual[name])) : null;
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
