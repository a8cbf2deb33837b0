import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';
import { run } from '../processes/run.mjs';

/**
 * @typedef {object} Declarations
 * @property {string[][]} configs the variables of each folder's `config`, in their order
 * @property {{ name: string, variables: string[] }[]} workers the built workers, by their folders' names
 * @property {string[]} worker the variables that every worker's process has besides
 */

/**
 * The names of the variables that the built deployables declare. Asked in a process of its own: their code has no
 * business in the one that starts them.
 *
 * @param {string[]} folders of servers
 * @returns {Promise<Declarations>}
 */
export async function readDeclarations(folders, workersFolder = join(root, 'workers')) {
  const workers = readdirSync(workersFolder)
    .sort()
    .map((name) => join(workersFolder, name, 'dist', 'worker.js'))
    .filter((file) => existsSync(file));
  const configs = folders.map((folder) => join(folder, 'dist', 'config.js'));
  const script = `
    const load = (files) => Promise.all(files.map((file) => import(file)));
    const namesOf = ({ shape }) => Object.keys(shape);
    const configs = await load(${JSON.stringify(configs)});
    const workers = await load(${JSON.stringify(workers)});
    const { runtimeConfig } = await import(${JSON.stringify(join(root, 'workers/dist/runtime-config.js'))});
    const declared = {
      configs: configs.map(({ config }) => namesOf(config)),
      workers: workers.map(({ default: { name, config } }) => ({ name, variables: namesOf(config) })),
      worker: namesOf(runtimeConfig),
    };
    process.stdout.write(JSON.stringify(declared), () => process.exit());`;
  const { PATH } = process.env;
  return JSON.parse(await run(process.execPath, ['--input-type=module', '--eval', script], { env: { PATH } }));
}
