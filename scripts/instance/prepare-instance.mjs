import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';
import { run } from '../processes/run.mjs';
import { hasVhost } from '../servers/rabbitmq.mjs';
import { openVhosts } from '../servers/rabbitmq-vhosts.mjs';
import { databaseUrls } from '../stack/databases.mjs';

/**
 * Creates the instance's vhost and databases and applies all migrations. Safe to repeat.
 *
 * @param {string} instance
 * @param {Record<string, string>} servers
 */
export async function prepareInstance(instance, servers) {
  await Promise.all([createVhost(instance, servers), migrateInstance(instance, servers)]);
}

/**
 * @param {string} instance
 * @param {Record<string, string>} servers
 * @returns the output of the migration runner
 */
export function migrateInstance(instance, servers) {
  const env = { PATH: process.env.PATH, ...databaseUrls(instance, servers.MARIADB_URL ?? '') };
  return run(process.execPath, [join(root, 'prisma/dist/migrate.js')], { env });
}

/**
 * @param {string} instance
 * @param {Record<string, string>} servers
 */
async function createVhost(instance, servers) {
  const url = servers.RABBITMQ_URL ?? '';
  if (!hasVhost(url)) await (await openVhosts(url, servers)).create(instance);
}
