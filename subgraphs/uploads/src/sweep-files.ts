import { unknownFiles } from '@tributary/uploads-db';
import type { SweeperDeps } from './sweeper-deps.ts';

const batchSize = 500;
/** Far longer than any lease, so that nothing that is on its way is looked at. */
const minAgeMs = 24 * 60 * 60_000;

/** Deletes files that no upload and no intake names, and what dead writers left inside the store. */
export async function sweepFiles(deps: SweeperDeps): Promise<void> {
  const { files, clock } = deps;
  await files.sweep(minAgeMs);
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
