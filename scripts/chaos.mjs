import { installPackages } from './checkout/packages.mjs';
import { build } from './checkout/set-up.mjs';
import { runProgram } from './processes/run-program.mjs';
import { runCommand, step } from './terminal.mjs';

/** `npm run chaos`: injects random faults and checks that nothing is lost or duplicated; see `-- --help`. */
await runCommand(async () => {
  if (!process.argv.includes('--help')) {
    await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
    await step('Build', build);
  }
  await runProgram('e2e/chaos/main.ts');
});
