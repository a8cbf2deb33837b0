import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { setUp } from './checkout/set-up.mjs';
import { runCommand, step } from './terminal.mjs';

/** `npm run fuzz`: sends random bytes to a gateway and checks that it goes on; `-- --help` prints the options. */
await runCommand(async () => {
  const args = process.argv.slice(2);
  const isRun = !args.includes('--help');
  if (!isRun) await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
  const servers = isRun ? await setUp() : { environment: {}, release: async () => {} };
  try {
    const fuzz = ['--import', 'tsx', '--conditions=tributary-source', join(root, 'gateway/fixtures/fuzz/main.ts')];
    const env = { ...process.env, ...servers.environment };
    const child = spawn(process.execPath, [...fuzz, ...args], { cwd: root, env, stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
    const [code] = await once(child, 'close');
    process.exitCode = code ?? 1;
    if (args.includes('--keep')) {
      const report = ['--import', 'tsx', '--conditions=tributary-source', join(root, 'e2e/chaos/write-report.ts')];
      await once(spawn(process.execPath, report, { cwd: root, stdio: 'inherit' }), 'close');
    }
  } finally {
    await servers.release();
  }
});
