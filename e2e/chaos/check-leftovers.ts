import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { countReadyMessages } from '../../libs/messaging/fixtures/queue-messages.ts';
import { queryDatabase, type Stack } from '../stack.ts';
import { getWorkerQueues, queues } from './topology.ts';

const unfinished = { outbox: 'SELECT id FROM outbox', intakes: 'SELECT id FROM intakes WHERE given_up_at IS NULL' };

/** Reports rows in an outbox, unfinished intakes, and files without a record. */
export async function checkLeftovers(
  stack: Stack,
  fileIds: readonly string[],
  reportViolation: (what: string) => void,
): Promise<void> {
  for (const [table, sql] of Object.entries(unfinished)) {
    const rows = await queryDatabase(stack, 'UPLOADS', sql);
    if (rows.length > 0) reportViolation(`stuck: ${rows.length} rows in ${table}`);
  }
  const folder = fileURLToPath(stack.environment.FILE_STORE_URL ?? '');
  // A file of an upload is named by its id; a result file lies in `results/<shard>/<id>/`.
  const toId = (path: string) => (path.startsWith('results/') ? path.split('/')[2] : path.split('/').at(-1)) ?? '';
  const inStore = async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true })).flatMap((file) =>
      file.isFile() ? relative(folder, join(file.parentPath, file.name)) : [],
    );
  const orphans = async () => (await inStore()).filter((path) => !fileIds.includes(toId(path)));
  // The sweeper runs every ten seconds and may still delete a file that was stored after its intake was abandoned.
  for (const deadline = Date.now() + 15_000; (await orphans()).length > 0 && Date.now() < deadline; ) await pause(500);
  for (const name of await orphans()) reportViolation(`orphan: the file ${name} has no record`);
  const stored = new Set((await inStore()).flatMap((path) => (path.startsWith('results/') ? [] : [toId(path)])));
  for (const id of fileIds) if (!stored.has(id)) reportViolation(`lost: the file ${id} is not in the store`);
}

/** Messages that remain in the workers' queues; call it after the workers have stopped. */
export async function checkQueues(stack: Stack): Promise<string[]> {
  const names = queues.flatMap((queue) => [...getWorkerQueues(queue), `${queue}.dead`]);
  const left = await countReadyMessages(stack.environment.RABBITMQ_URL ?? '', names);
  return [...left].flatMap(([queue, count]) => (count > 0 ? [`stuck: ${count} messages in ${queue}`] : []));
}
