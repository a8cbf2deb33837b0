import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { build } from './checkout/set-up.mjs';
import { findServers } from './servers/find-servers.mjs';
import { redis } from './servers/redis.mjs';
import { runCommand, step } from './terminal.mjs';

/** `npm run bench:subscriptions`: what subscriptions cost the gateway and how long events take; `-- --help` tells how. */
await runCommand(async () => {
  const args = process.argv.slice(2);
  let release = async () => {};
  let env = process.env;
  if (!args.includes('--help')) {
    await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
    await step('Build', build);
    const servers = await findServers({ kinds: [redis] });
    ({ release } = servers);
    env = { ...env, ...servers.environment };
  }
  try {
    const bench = ['--import', 'tsx', '--conditions=tributary-source', join(root, 'bench/subscriptions/cli.ts')];
    const child = spawn(process.execPath, [...bench, ...args], { cwd: root, env, stdio: 'inherit' });
    const [code] = await once(child, 'close');
    process.exitCode = code ?? 1;
  } finally {
    await release();
  }
});
