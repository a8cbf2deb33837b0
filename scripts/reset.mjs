import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { getDataDir, instanceName } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { removeInstance } from './instance/remove-instance.mjs';
import { findFileStore } from './servers/file-store.mjs';
import { findServers } from './servers/find-servers.mjs';
import { hasVhost } from './servers/rabbitmq.mjs';
import { databaseNames } from './stack/databases.mjs';
import { assertNotRunning, openProcessRecord } from './stack/process-record.mjs';
import { print, readOptions, runCommand, step } from './terminal.mjs';

const help = { usage: 'npm run reset -- [options]', summary: 'Deletes only the data of this instance.' };
const options = /** @type {const} */ ({ yes: { type: 'boolean', description: 'Does not ask.' } });

/** `npm run reset`: deletes this instance's data on every server, and its files. */
await runCommand(async () => {
  const { values } = readOptions(help, options);
  const instance = instanceName();
  const dataDir = getDataDir(instance);
  assertNotRunning(dataDir);
  await installPackages();
  const servers = await findServers({ note: print });
  try {
    const all = { ...servers.environment, ...(await findFileStore(instance)) };
    print(['This deletes:', ...listInstance(instance, all, dataDir)].join('\n  '));
    if (!values.yes && !(await isConfirmed())) return print('Nothing was deleted.');
    // Ends processes that a killed start left running.
    await openProcessRecord(dataDir);
    await step(`Reset ${instance}`, () => removeInstance(instance, all, dataDir));
  } finally {
    await servers.release();
  }
});

/**
 * @param {string} instance
 * @param {Record<string, string>} servers
 * @param {string} dataDir
 */
function listInstance(instance, servers, dataDir) {
  const address = (/** @type {string | undefined} */ url) => (url ? new URL(url).host : '');
  return [
    `the databases ${databaseNames(instance).join(', ')} on ${address(servers.MARIADB_URL)}`,
    ...(hasVhost(servers.RABBITMQ_URL ?? '') ? [] : [`the vhost ${instance} on ${address(servers.RABBITMQ_URL)}`]),
    `the keys ${instance}:* on ${address(servers.REDIS_URL)}`,
    ...(servers.MONGODB_URL ? [`the database ${instance}_files on ${address(servers.MONGODB_URL)}`] : []),
    ...(existsSync(dataDir) ? [`the folder ${dataDir} with its uploads, mails, logs and secrets`] : []),
  ];
}

async function isConfirmed() {
  if (!process.stdin.isTTY) throw new Error('There is no terminal for the question: add --yes to delete all of this.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question('Delete it? [y/N] ')).trim());
  } finally {
    terminal.close();
  }
}
