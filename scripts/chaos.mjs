import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { build } from './checkout/set-up.mjs';
import { runCommand, step } from './terminal.mjs';

/** `npm run chaos`: breaks everything at random moments and looks whether anything was lost; `-- --help` tells how. */
await runCommand(async () => {
  const args = process.argv.slice(2);
  if (!args.includes('--help')) {
    await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
    await step('Build', build);
  }
  const suite = ['--import', 'tsx', '--conditions=tributary-source', join(root, 'e2e/chaos/main.ts')];
  const child = spawn(process.execPath, [...suite, ...args], { cwd: root, stdio: 'inherit' });
  // The suite ends its servers itself, after the runs in hand.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'close');
  process.exitCode = code ?? 1;
});
