import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';

/**
 * The file store: FILE_STORE_URL, a database on MONGODB_URL, or else a folder of the instance (this then resolves with
 * no variables). It is an error if MONGODB_URL is set and does not respond.
 *
 * @param {string} instance
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<Record<string, string>>}
 */
export async function findFileStore(instance, env = process.env) {
  if (env.FILE_STORE_URL) return { FILE_STORE_URL: env.FILE_STORE_URL };
  if (!env.MONGODB_URL) return {};
  const url = new URL(env.MONGODB_URL);
  try {
    await withMongo(url.href, (client) => client.db().command({ ping: 1 }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`MONGODB_URL is set, but MongoDB cannot be used: ${reason}`, { cause: error });
  }
  url.pathname = `/${instance}_files`;
  return { FILE_STORE_URL: url.href, MONGODB_URL: env.MONGODB_URL };
}

/**
 * Drops the instance's MongoDB database. A store that FILE_STORE_URL names belongs to the operator and stays.
 *
 * @param {string} instance
 * @param {Record<string, string>} servers
 */
export async function dropFileStore(instance, { MONGODB_URL }) {
  if (MONGODB_URL) await withMongo(MONGODB_URL, (client) => client.db(`${instance}_files`).dropDatabase());
}

/**
 * @param {string} url
 * @param {(client: import('mongodb').MongoClient) => Promise<unknown>} work
 */
async function withMongo(url, work) {
  // The driver is a dependency of the file store; the scripts load it from there.
  const { MongoClient } = createRequire(join(root, 'libs/file-store/package.json'))('mongodb');
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 });
  try {
    await work(client);
  } finally {
    await client.close();
  }
}
