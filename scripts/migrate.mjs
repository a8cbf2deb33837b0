import { buildPackage } from './checkout/build.mjs';
import { instanceName } from './checkout/instance-name.mjs';
import { installPackages } from './checkout/packages.mjs';
import { migrateInstance } from './instance/prepare-instance.mjs';
import { findServers } from './servers/find-servers.mjs';
import { readOptions } from './terminal/read-options.mjs';
import { runCommand } from './terminal/run-command.mjs';
import { say, step } from './terminal/say.mjs';

/** `npm run migrate`: brings this instance's databases up to date. */
await runCommand(async () => {
  readOptions({ usage: 'npm run migrate', summary: "Brings this instance's databases up to date." }, {});
  await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
  await step('Build', () => buildPackage('@tributary/prisma'));
  const servers = await findServers({ note: say });
  try {
    say((await migrateInstance(instanceName(), servers.environment)).trimEnd());
  } finally {
    await servers.release();
  }
});
