import { installPackages } from './checkout/packages.mjs';
import { setUp } from './checkout/set-up.mjs';
import { runProgram } from './processes/run-program.mjs';
import { runCommand, step } from './terminal.mjs';

/** `npm run bench`: measures everything and writes docs/performance.md; see `-- --help`. */
await runCommand(async () => {
  const isRun = !['--help', '--list', '--report'].some((option) => process.argv.includes(option));
  if (!isRun) {
    await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
    return runProgram('bench/main.ts');
  }
  const servers = await setUp();
  try {
    await runProgram('bench/main.ts', servers.environment);
  } finally {
    await servers.release();
  }
});
