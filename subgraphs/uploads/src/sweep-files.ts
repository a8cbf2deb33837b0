import { unknownFiles } from '@tributary/uploads-db';
import type { SweeperDeps } from './sweeper-deps.ts';

const batchSize = 500;
const dayMs = 24 * 60 * 60_000;

/**
 * Deletes files, whole or broken off, that no upload and no intake names. What is on its way is named by its intake from
 * before its first byte, so it is safe whatever its age; the day is for people, to mend a database that lost its rows.
 */
export async function sweepFiles(deps: SweeperDeps, { minAgeMs = dayMs }: { minAgeMs?: number } = {}): Promise<void> {
  const { db, files, clock } = deps;
  const isForgotten = async (id: string) => (await unknownFiles(db, [id])).length > 0;
  await files.sweep({ olderThanMs: minAgeMs, isForgotten });
  const before = clock.now().getTime() - minAgeMs;
  let batch: string[] = [];
  for await (const { id, createdAt } of files.list()) {
    if (createdAt.getTime() >= before) continue;
    batch.push(id);
    if (batch.length < batchSize) continue;
    await deleteUnknown(batch, deps);
    batch = [];
  }
  await deleteUnknown(batch, deps);
}

async function deleteUnknown(ids: readonly string[], { db, files, log }: SweeperDeps) {
  for (const id of await unknownFiles(db, ids)) {
    await files.delete(id);
    log.info({ fileId: id }, 'deleted a file that no upload names');
  }
}
