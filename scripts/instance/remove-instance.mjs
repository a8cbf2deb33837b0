import { rmSync } from 'node:fs';
import { dropFileStore } from '../servers/file-store.mjs';
import { connectMariadb } from '../servers/mariadb.mjs';
import { hasVhost } from '../servers/rabbitmq.mjs';
import { openVhosts } from '../servers/rabbitmq-vhosts.mjs';
import { connectRedis } from '../servers/redis.mjs';
import { databaseNames } from '../stack/databases.mjs';

/**
 * Removes only what has the instance's name: its databases, vhost, Redis keys and data folder.
 *
 * @param {string} instance
 * @param {Record<string, string>} servers
 * @param {string} dataDir
 */
export async function removeInstance(instance, servers, dataDir) {
  await Promise.all([
    dropDatabases(servers.MARIADB_URL ?? '', instance),
    deleteVhost(servers, instance),
    deleteKeys(servers.REDIS_URL ?? '', `${instance}:`),
    dropFileStore(instance, servers),
  ]);
  rmSync(dataDir, { recursive: true, force: true });
}

/** @param {string} url @param {string} instance */
async function dropDatabases(url, instance) {
  const connection = await connectMariadb(url);
  try {
    for (const name of databaseNames(instance)) await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
  } finally {
    await connection.end();
  }
}

/** @param {Record<string, string>} servers @param {string} instance */
async function deleteVhost(servers, instance) {
  const url = servers.RABBITMQ_URL ?? '';
  if (!hasVhost(url)) await (await openVhosts(url, servers)).delete(instance);
}

/** @param {string} url @param {string} prefix */
async function deleteKeys(url, prefix) {
  const client = await connectRedis(url);
  try {
    let cursor = '0';
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1000);
      if (keys.length > 0) await client.unlink(...keys);
      cursor = next;
    } while (cursor !== '0');
  } finally {
    client.disconnect();
  }
}
