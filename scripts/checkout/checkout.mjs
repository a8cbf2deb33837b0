import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of this checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** State that the scripts keep for this checkout; ignored by git. */
export const dataRoot = join(root, '.data');

/**
 * The folder of an instance's secrets, files, logs and process ids.
 *
 * @param {string} instance
 */
export const getDataDir = (instance) => join(dataRoot, instance);

/**
 * The prefix of every name that this checkout uses on shared servers: TRIBUTARY_INSTANCE, or a name derived from the
 * folder, so that two checkouts on one machine do not collide. It becomes part of database names, which allow few
 * characters.
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
