import { findServers } from '../servers/find-servers.mjs';
import { say, step, yellow } from '../terminal/say.mjs';
import { build } from './build.mjs';
import { installPackages } from './packages.mjs';

/**
 * What every command needs first: packages, servers, built code. Resolves with the servers, which the caller releases.
 *
 * @returns {Promise<import('../servers/find-servers.mjs').Servers>}
 */
export async function setUp() {
  await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
  const servers = await step(
    'Servers',
    () => findServers({ note: (text) => say(yellow(`  ${text}`)) }),
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
