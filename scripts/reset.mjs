import { instanceName } from './checkout/instance-name.mjs';
import { installPackages } from './checkout/packages.mjs';
import { dataDirOf } from './checkout/paths.mjs';
import { removeInstance } from './instance/remove-instance.mjs';
import { findFileStore } from './servers/file-store.mjs';
import { findServers } from './servers/find-servers.mjs';
import { openProcessRecord } from './stack/process-record.mjs';
import { runCommand } from './terminal/run-command.mjs';
import { say, step } from './terminal/say.mjs';

/** `npm run reset`: removes what is this instance's on every server, and its files; nothing else. */
await runCommand(async () => {
  const instance = instanceName();
  const dataDir = dataDirOf(instance);
  await installPackages();
  const servers = await findServers({ note: say });
  try {
    // Refuses while the instance runs, and ends what a killed start left behind.
    await openProcessRecord(dataDir);
    await step(`Reset ${instance}`, async () =>
      removeInstance(instance, { ...servers.environment, ...(await findFileStore(instance)) }, dataDir),
    );
  } finally {
    await servers.release();
  }
});
