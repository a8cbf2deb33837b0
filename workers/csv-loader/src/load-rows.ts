import { loadProgressed } from '@tributary/events';
import { Continue } from '@tributary/worker';
import type { Chunk } from './chunk.ts';
import type { Dialect } from './csv/dialect.ts';
import { type LoadDependencies, stopWhenAborted } from './load-dependencies.ts';
import { createProgressGate } from './progress.ts';
import { readChunks } from './read-chunks.ts';
import { commitChunk, type Target } from './store/commit-chunk.ts';
import { loadKnownIds } from './store/known-ids.ts';
import type { LoadRecord } from './store/load-record.ts';

/**
 * Commits the file's rows from the load's checkpoint on, chunk by chunk, reading the next while one is written. Throws
 * Superseded when another loader got ahead, and Continue when the delivery was in hand for long enough and rows are left.
 */
export async function loadRows(
  target: Target,
  dialect: Dialect,
  load: LoadRecord,
  source: AsyncIterable<Uint8Array>,
  dependencies: LoadDependencies,
): Promise<void> {
  const { db, publish, clock, signal, chunkRows, progressed, isOverdue } = dependencies;
  const { measure = (_kind, _chunk, commit) => commit() } = dependencies;
  const { uploadId, kind, sequence } = target;
  const percentOf = (rows: number) => Math.min(100, (rows * 100) / Math.max(1, dialect.totalRows));
  const isDue = createProgressGate(percentOf(load.rowsRead), clock);

  let hasProgress = false;
  async function write(chunk: Chunk) {
    const { rowsRead, rowsLoaded, rowsRejected } = await measure(kind, chunk, () =>
      commitChunk(target, chunk, dependencies),
    );
    hasProgress = true;
    progressed();
    const percent = percentOf(rowsRead);
    if (!isDue(percent)) return;
    await publish(loadProgressed, {
      uploadId,
      at: clock.now().toISOString(),
      rowsRead,
      rowsLoaded,
      rowsRejected,
      percent,
    });
  }

  const known = await loadKnownIds(db.pool, kind, sequence);
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of readChunks(source, { dialect, kind, known, skip: load.rowsRead, chunkRows })) {
      await writing;
      stopWhenAborted(signal);
      if (hasProgress && isOverdue()) throw new Continue();
      writing = write(chunk);
      // Awaited with the next chunk; until then a failure must not count as unhandled.
      writing.catch(() => {});
    }
  } finally {
    await writing;
  }
}
