import { root } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { setUp } from './checkout/set-up.mjs';
import { run } from './processes/run.mjs';
import { runProgram } from './processes/run-program.mjs';
import { runCommand, step } from './terminal.mjs';

const writeReport = ['--import', 'tsx', '--conditions=tributary-source', 'e2e/chaos/write-report.ts'];

/** `npm run fuzz`: sends random bytes to a gateway and checks that it keeps serving; see `-- --help`. */
await runCommand(async () => {
  if (process.argv.includes('--help')) {
    await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
    return runProgram('gateway/fixtures/fuzz/main.ts');
  }
  const servers = await setUp();
  try {
    await runProgram('gateway/fixtures/fuzz/main.ts', servers.environment);
    if (process.argv.includes('--keep')) await run(process.execPath, writeReport, { cwd: root });
  } finally {
    await servers.release();
  }
});
