import { join } from 'node:path';
import { run } from '../processes/run.mjs';
import { findServers } from '../servers/find-servers.mjs';
import { print, step, yellow } from '../terminal.mjs';
import { root } from './checkout.mjs';
import { installPackages } from './packages.mjs';

/**
 * Installs packages, finds or starts servers and builds the code. The caller releases the servers.
 *
 * @returns {Promise<import('../servers/find-servers.mjs').Servers>}
 */
export async function setUp() {
  await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
  const servers = await step(
    'Servers',
    () => findServers({ note: (text) => print(yellow(`  ${text}`)) }),
    ({ found }) => found.map(({ name, how }) => `\n    ${name} ${how}`).join(''),
  );
  try {
    if (process.env.TRIBUTARY_BUILD !== 'done') await step('Build', build);
  } catch (error) {
    await servers.release();
    throw error;
  }
  return servers;
}

/**
 * Generates clients and types, compiles every package to its dist folder and composes the supergraph. Unchanged
 * packages come from turbo's cache.
 */
export async function build() {
  await turbo('build');
  await run(process.execPath, [join(root, 'scripts', 'compose.mjs')], { cwd: root });
}

/**
 * Compiles a package and its dependencies; does nothing in a test run, which has built everything.
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
