import { badConfig, startProcess } from '@tributary/core';
import { startTracing } from '@tributary/tracing';
import { runWorkers } from './run-workers.ts';
import { listWorkers, loadDefinition } from './worker-definitions.ts';

const names = process.argv.slice(2);
const [first = 'worker', ...others] = names;

/** `node workers/dist/start.js <name> …` runs the workers in the folders of these names in one process, until SIGTERM. */
await startProcess(others.length === 0 ? first : 'workers', async ({ log, onClose }) => {
  if (names.length === 0) throw badConfig(`Name at least one worker: ${(await listWorkers()).join(', ')}.`);
  const definitions = await Promise.all([...new Set(names)].map(loadDefinition));
  const tracing = await startTracing(others.length === 0 ? first : 'workers', { log });
  onClose(tracing.stop);
  await runWorkers(definitions, { log, onClose });
});
