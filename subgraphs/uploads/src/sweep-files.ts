import { unknownFiles } from '@tributary/uploads-db';
import type { SweeperDeps } from './sweeper-deps.ts';

const batchSize = 500;
const dayMs = 24 * 60 * 60_000;

/** Below this many unknown files the size of the store does not matter. */
const maxOfAnyStore = 10;

/**
 * Deletes files, whole or broken off, that no upload and no intake names. What is on its way is named by its intake from
 * before its first byte, so it is safe at any age; the day is for people, to repair a database that lost its rows. If more
 * than a tenth of the store is unknown, no whole file is deleted: the store or the database is probably the wrong one.
 */
export async function sweepFiles(deps: SweeperDeps, { minAgeMs = dayMs }: { minAgeMs?: number } = {}): Promise<void> {
  const { db, files, clock, log } = deps;
  const isForgotten = async (id: string) => (await unknownFiles(db, [id])).length > 0;
  await files.sweep({ olderThanMs: minAgeMs, isForgotten });
  const before = clock.now().getTime() - minAgeMs;
  const unknown: string[] = [];
  let total = 0;
  let batch: string[] = [];
  for await (const { id, createdAt } of files.list()) {
    total += 1;
    if (createdAt.getTime() >= before) continue;
    batch.push(id);
    if (batch.length < batchSize) continue;
    unknown.push(...(await unknownFiles(db, batch)));
    batch = [];
  }
  unknown.push(...(await unknownFiles(db, batch)));
  if (unknown.length > Math.max(maxOfAnyStore, total / 10)) {
    const example = unknown[0];
    log.error(
      { unknown: unknown.length, total, example },
      'file sweep refused: no upload names more than a tenth of the files; check FILE_STORE_URL and UPLOADS_DATABASE_URL',
    );
    return;
  }
  for (const id of unknown) {
    await files.delete(id);
    log.info({ fileId: id }, 'unknown file deleted');
  }
}
