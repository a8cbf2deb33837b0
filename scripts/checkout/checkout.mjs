import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder this checkout lives in. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything the scripts remember about this checkout; ignored by git. */
export const dataRoot = join(root, '.data');

/**
 * Where one instance keeps its secrets, files, logs and process ids.
 *
 * @param {string} instance
 */
export const getDataDir = (instance) => join(dataRoot, instance);

/**
 * The prefix of every name this checkout uses on shared servers: TRIBUTARY_INSTANCE, or one derived from the folder, so that
 * two checkouts on one machine never meet. It becomes part of database names and therefore has a narrow alphabet.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string} folder
 */
export function instanceName(env = process.env, folder = root) {
  const name =
    env.TRIBUTARY_INSTANCE ||
    `tributary_${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 8)}`;
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) {
    throw new Error(
      `TRIBUTARY_INSTANCE is "${name}": it must start with a letter and have at most 40 lower-case letters, digits and underscores.`,
    );
  }
  return name;
}
