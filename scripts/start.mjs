import { once } from 'node:events';
import { getDataDir, instanceName } from './checkout/checkout.mjs';
import { setUp } from './checkout/set-up.mjs';
import { isSampleLoaded, loadSample } from './sample/load-sample.mjs';
import { findFileStore } from './servers/file-store.mjs';
import { attemptLimits } from './stack/attempt-limits.mjs';
import { assertNotRunning } from './stack/process-record.mjs';
import { startStack } from './stack.mjs';
import {
  bold,
  createInterruptSignal,
  formatLogLine,
  green,
  print,
  readOptions,
  runCommand,
  step,
  yellow,
} from './terminal.mjs';

const help = {
  usage: 'npm start -- [options]',
  summary: 'Installs, builds and runs the whole system in the foreground.',
};
const options = /** @type {const} */ ({
  once: { type: 'boolean', description: 'Loads the samples, prints a summary and exits.' },
  'no-sample': { type: 'boolean', description: 'Does not load the samples at the first start.' },
});

/** `npm start`: from a fresh clone to a running system, in the foreground. */
await runCommand(async () => {
  const { values } = readOptions(help, options);
  const interrupted = createInterruptSignal();
  const instance = instanceName();
  assertNotRunning(getDataDir(instance));
  print(`${bold('Tributary')} ${instance}\n`);

  const servers = await setUp();
  /** @type {import('./stack.mjs').Stack | undefined} */
  let stack;
  try {
    interrupted.throwIfAborted();
    stack = await step(
      'Processes',
      () => startInstance(instance, servers.environment),
      (it) => `${it.processes.size} ready`,
    );
    interrupted.throwIfAborted();
    const withSample = values.once || !(values['no-sample'] || isSampleLoaded(getDataDir(instance)));
    if (withSample) await loadSample({ stack, dataDir: getDataDir(instance), signal: interrupted });
    if (values.once) return;
    printAddresses(stack, servers.environment);
    print(green('Tributary is ready'));
    await once(interrupted, 'abort');
  } catch (error) {
    if (!interrupted.aborted) throw error;
  } finally {
    if (interrupted.aborted) print('\nStopping …');
    await stack?.stop();
    await servers.release();
    if (interrupted.aborted) print('Stopped.');
  }
}).finally(() => process.exit());

/**
 * @param {string} instance
 * @param {Record<string, string>} servers
 */
async function startInstance(instance, servers) {
  const fileStore = await findFileStore(instance);
  if (!fileStore.FILE_STORE_URL) {
    print(`  Uploaded files: .data/${instance}/files (set MONGODB_URL to use GridFS)`);
  }
  const { SMTP_URL, RATE_LIMITED_FIELDS = '' } = process.env;
  return startStack({
    instance,
    servers: { ...servers, ...fileStore, ...(SMTP_URL ? { SMTP_URL } : {}) },
    dataDir: getDataDir(instance),
    inherited: { ...process.env, RATE_LIMITED_FIELDS: RATE_LIMITED_FIELDS || attemptLimits },
    // One process for all workers needs a third of the memory of one for each, as in production.
    workers: process.env.TRIBUTARY_WORKERS === 'separate' ? 'separate' : 'together',
    lean: true,
    restart: true,
    log: (text) => print(yellow(`  ${text}`)),
    onLine(name, line) {
      const text = formatLogLine(name, line);
      if (text) print(`  ${text}`);
    },
  });
}

/**
 * @param {import('./stack.mjs').Stack} stack
 * @param {Record<string, string>} servers
 */
function printAddresses({ environment, mailUrl, admin, metricsUrls }, { RABBITMQ_MANAGEMENT_URL }) {
  const rows = [
    ['Graph and Sandbox', `${environment.PUBLIC_URL}  (${admin.email} / ${admin.password})`],
    ['Mailbox', mailUrl ?? 'none: mails go to SMTP_URL'],
    [
      'RabbitMQ console',
      RABBITMQ_MANAGEMENT_URL ? `${RABBITMQ_MANAGEMENT_URL}  (guest / guest)` : 'not enabled on this server',
    ],
    ['Metrics', metricsUrls.get('gateway') ?? ''],
    [
      '',
      `${[...metricsUrls]
        .filter(([name]) => name !== 'gateway')
        .map(([name, url]) => `${name} :${new URL(url).port}`)
        .join(', ')}`,
    ],
  ];
  print();
  for (const [title, text] of rows) print(`  ${(title ?? '').padEnd(18)} ${text}`);
  print();
}
