import { inSpan } from '@tributary/tracing';
import { ContinueLater, createProgressGate } from '@tributary/worker';
import { readChunks } from './chunk-reader.ts';
import type { Chunk, Target } from './chunks.ts';
import type { Dialect } from './csv/dialect.ts';
import { type LoadDependencies, stopWhenAborted, work } from './load-dependencies.ts';
import { commitChunk } from './store/commit-chunk.ts';
import { loadKnownIds } from './store/known-ids.ts';
import type { LoadRecord } from './store/load-record.ts';

/** Chunks written at the same time, each on a connection of its own: the server has a core for each. */
const LANES = 2;

/**
 * Commits the file's remaining rows, chunk by chunk, reading the next while others are written. Throws Superseded if
 * another loader got ahead, and ContinueLater if the delivery was in flight for long enough and rows are left. No write
 * is running any more when it ends.
 */
export async function loadRows(
  target: Target,
  dialect: Dialect,
  load: LoadRecord,
  source: AsyncIterable<Uint8Array>,
  dependencies: LoadDependencies,
): Promise<void> {
  const { db, publish, clock, signal, chunkRows, markProgress, shouldYield } = dependencies;
  const { measure = (_kind, _chunk, commit) => commit() } = dependencies;
  const { uploadId, kind, sequence } = target;
  const toPercent = (rows: number) => Math.min(100, (rows * 100) / Math.max(1, dialect.totalRows));
  const isDue = createProgressGate(toPercent(load.rowsRead), clock);

  let hasProgress = false;
  async function write(chunk: Chunk) {
    const attributes = { 'tributary.rows': chunk.rows.length, 'tributary.rejections': chunk.rejections.length };
    const { rowsRead, rowsLoaded, rowsRejected } = await inSpan('load chunk', { attributes }, () =>
      measure(kind, chunk, () => commitChunk(target, chunk, dependencies)),
    );
    hasProgress = true;
    markProgress();
    const percent = toPercent(rowsRead);
    if (!isDue(percent)) return;
    const counts = { rowsRead, rowsLoaded, rowsRejected };
    await publish(work.progressed, { uploadId, at: clock.now().toISOString(), counts, percent });
  }

  const known = await loadKnownIds(db.pool, kind, sequence);
  const writing = new Set<Promise<void>>();
  const reading = { dialect, kind, known, committed: load.committed, chunkRows };
  try {
    for await (const chunk of readChunks(source, reading)) {
      if (writing.size === LANES) await Promise.race(writing);
      stopWhenAborted(signal);
      if (hasProgress && shouldYield()) throw new ContinueLater();
      // A failed write stays among them, for the next await.
      const written = write(chunk).then(() => void writing.delete(written));
      written.catch(() => {});
      writing.add(written);
    }
    await Promise.all(writing);
  } finally {
    await Promise.allSettled(writing);
  }
}
