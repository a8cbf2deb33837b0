import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout/paths.mjs';
import { run } from '../processes/run.mjs';

/**
 * The built workers by name, each with the variables its `config` declares. Asked in a process of its own: their code
 * has no business in the one that starts them.
 *
 * @returns {Promise<{ name: string, variables: string[] }[]>}
 */
export async function listWorkers(folder = join(root, 'workers')) {
  const files = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name, 'dist', 'worker.js'))
    .filter((file) => existsSync(file));
  const script = `
    const workers = await Promise.all(${JSON.stringify(files)}.map((file) => import(file)));
    const described = workers.map(({ default: { name, config } }) => ({ name, variables: Object.keys(config.shape) }));
    process.stdout.write(JSON.stringify(described), () => process.exit());`;
  const { PATH } = process.env;
  return JSON.parse(await run(process.execPath, ['--input-type=module', '--eval', script], { env: { PATH } }));
}
