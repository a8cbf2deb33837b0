import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The documents of folders and files by their sha256. Each `.graphql` file is one document, byte for byte; a `.json`
 * file is a manifest in Apollo's format. Throws for other files, for an id that is not its document's sha256, and if
 * there are no documents.
 *
 * @param {string[]} paths
 * @returns {Promise<Map<string, string>>}
 */
export async function readOperations(paths) {
  const documents = (await Promise.all(paths.map(readPath))).flat();
  if (documents.length === 0) throw new Error(`There are no operations in ${paths.join(', ')}.`);
  return new Map(documents.map((text) => [sha256(text), text]));
}

/**
 * @param {string} path
 * @returns {Promise<string[]>}
 */
async function readPath(path) {
  if ((await stat(path)).isDirectory()) {
    const names = (await readdir(path, { recursive: true })).filter((name) => /\.(graphql|gql|json)$/.test(name));
    return (await Promise.all(names.sort().map((name) => readPath(join(path, name))))).flat();
  }
  const text = await readFile(path, 'utf8');
  return path.endsWith('.json') ? readManifest(path, text) : [text];
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {string[]}
 */
function readManifest(path, text) {
  const { operations } = JSON.parse(text);
  if (!Array.isArray(operations)) throw new Error(`${path} is not a manifest: it has no list "operations".`);
  return operations.map(({ id, name, body }) => {
    if (id !== sha256(body)) throw new Error(`${path}: the id of "${name}" is not the sha256 of its body.`);
    return body;
  });
}

const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
