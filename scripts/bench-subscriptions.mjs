import { installPackages } from './checkout/packages.mjs';
import { build } from './checkout/set-up.mjs';
import { runProgram } from './processes/run-program.mjs';
import { findServers } from './servers/find-servers.mjs';
import { redis } from './servers/redis.mjs';
import { runCommand, step } from './terminal.mjs';

/** `npm run bench:subscriptions`: measures subscriptions at the gateway; see `-- --help`. */
await runCommand(async () => {
  if (process.argv.includes('--help')) return runProgram('bench/subscriptions/cli.ts');
  await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
  await step('Build', build);
  const servers = await findServers({ kinds: [redis] });
  try {
    await runProgram('bench/subscriptions/cli.ts', servers.environment);
  } finally {
    await servers.release();
  }
});
