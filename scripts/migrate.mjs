import { instanceName } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { buildPackage } from './checkout/set-up.mjs';
import { migrateInstance } from './instance/prepare-instance.mjs';
import { findServers } from './servers/find-servers.mjs';
import { print, readOptions, runCommand, step } from './terminal.mjs';

/** `npm run migrate`: brings this instance's databases up to date. */
await runCommand(async () => {
  readOptions({ usage: 'npm run migrate', summary: "Brings this instance's databases up to date." }, {});
  await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
  await step('Build', () => buildPackage('@tributary/prisma'));
  const servers = await findServers({ note: print });
  try {
    print((await migrateInstance(instanceName(), servers.environment)).trimEnd());
  } finally {
    await servers.release();
  }
});
