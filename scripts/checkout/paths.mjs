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
export const dataDirOf = (instance) => join(dataRoot, instance);
