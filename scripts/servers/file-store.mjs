import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';

/**
 * Where files are kept: FILE_STORE_URL, a MongoDB named by MONGODB_URL, else a folder of the instance (then this resolves
 * with nothing). A MongoDB that is named but does not answer is an error.
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
    throw new Error(`MONGODB_URL is set, but MongoDB cannot be used there: ${reason}`, { cause: error });
  }
  url.pathname = `/${instance}_files`;
  return { FILE_STORE_URL: url.href, MONGODB_URL: env.MONGODB_URL };
}

/**
 * Removes the instance's own MongoDB database; a store that FILE_STORE_URL names is the operator's and stays.
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
  // The driver belongs to the file store; the scripts borrow it from there.
  const { MongoClient } = createRequire(join(root, 'libs/file-store/package.json'))('mongodb');
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 });
  try {
    await work(client);
  } finally {
    await client.close();
  }
}
