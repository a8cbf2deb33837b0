import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../checkout/checkout.mjs';
import { run } from '../processes/run.mjs';

/**
 * A variable of a configuration schema.
 *
 * @typedef {object} Setting
 * @property {string} name
 * @property {string | null} description
 * @property {string | null} default as it would be written in the environment; null without one
 * @property {string | null} defaultText what applies instead if the default is not a constant
 * @property {boolean} isRequired
 * @property {boolean} isSecret
 * @property {string | null} example a value that shows the format
 *
 * @typedef {{ variables: Setting[], queues: string[] }} Settings
 */

/**
 * The settings that built deployables declare, by their name; also those of `every process` and of `migrations`. They
 * are read in a separate process, which keeps the code of deployables out of the process that starts them.
 *
 * @param {Pick<import('./declarations.mjs').Folder, 'name' | 'kind' | 'path'>[]} folders
 * @returns {Promise<Map<string, Settings>>}
 */
export async function readSettings(folders) {
  const script = fileURLToPath(new URL('print-settings.mjs', import.meta.url));
  const { PATH } = process.env;
  const text = await run(process.execPath, [script, JSON.stringify(folders)], { cwd: root, env: { PATH } });
  return new Map(Object.entries(JSON.parse(text)));
}

/** The built file with a deployable's settings. @param {{ kind: string, path: string }} folder */
export const getSettingsFile = ({ kind, path }) =>
  join(root, path, kind === 'worker' ? 'dist/worker.js' : 'dist/config.js');
