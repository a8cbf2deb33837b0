import { join } from 'node:path';
import { run } from '../processes/run.mjs';
import { root } from './paths.mjs';

/** Generates clients and types, compiles every package to its dist folder and composes the supergraph; unchanged packages come from turbo's cache. */
export async function build() {
  await turbo('build');
  await run(process.execPath, [join(root, 'scripts', 'compose.mjs')], { cwd: root });
}

/**
 * Compiles a package and what it needs, nothing else; nothing at all in a test run, which has built everything.
 *
 * @param {string} name
 */
export async function buildPackage(name) {
  if (process.env.TRIBUTARY_BUILD !== 'done') await turbo('build', `--filter=${name}`);
}

/** @param {string[]} args */
async function turbo(...args) {
  await run(join(root, 'node_modules', '.bin', 'turbo'), ['run', ...args, '--output-logs=errors-only'], {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  });
}
