import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from './checkout/build.mjs';
import { installPackages } from './checkout/packages.mjs';
import { root } from './checkout/paths.mjs';
import { runCommand } from './terminal/run-command.mjs';
import { step } from './terminal/say.mjs';

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
