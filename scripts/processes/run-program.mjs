import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';

/**
 * Runs a TypeScript program of the checkout with the command's arguments. It gets the signals of this process, whose exit code
 * becomes that of the program.
 *
 * @param {string} file from the checkout's root
 * @param {Record<string, string>} [environment] added to the environment of this process
 */
export async function runProgram(file, environment = {}) {
  const args = ['--import', 'tsx', '--conditions=tributary-source', join(root, file), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...environment }, stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  const [code] = await once(child, 'close');
  process.exitCode = code ?? 1;
}
