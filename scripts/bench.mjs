import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { setUp } from './checkout/set-up.mjs';
import { runCommand, step } from './terminal.mjs';

/** `npm run bench`: measures everything and writes docs/performance.md; `-- --help` tells how. */
await runCommand(async () => {
  const args = process.argv.slice(2);
  const isRun = !['--help', '--list', '--report'].some((option) => args.includes(option));
  if (!isRun) await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
  const servers = isRun ? await setUp() : { environment: {}, release: async () => {} };
  try {
    const bench = ['--import', 'tsx', '--conditions=tributary-source', join(root, 'bench/main.ts')];
    const env = { ...process.env, ...servers.environment };
    const child = spawn(process.execPath, [...bench, ...args], { cwd: root, env, stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
    const [code] = await once(child, 'close');
    process.exitCode = code ?? 1;
  } finally {
    await servers.release();
  }
});
