import { Counter, Histogram, type Registry } from '@tributary/metrics';
import type { Chunk } from './chunks.ts';
import type { Kind } from './rows/kinds.ts';

const chunkBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Runs the commit of a chunk, and counts its rows and its time once they are committed. */
export type MeasureChunk = <T>(kind: Kind, chunk: Chunk, commit: () => Promise<T>) => Promise<T>;

/** Adds what the loader does with rows. Only committed ones count, so that a chunk tried again counts once. */
export function measureLoading(registry: Registry): MeasureChunk {
  const registers = [registry];
  const rows = new Counter({
    name: 'tributary_loader_rows_total',
    help: 'Rows of files committed, by kind of file and what became of them.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'tributary_loader_chunk_seconds',
    help: 'Time to commit a chunk of rows, with all its tries.',
    labelNames: ['kind'],
    buckets: chunkBuckets,
    registers,
  });
  return async (kind, chunk, commit) => {
    const end = seconds.startTimer({ kind });
    const committed = await commit();
    end();
    rows.inc({ kind, outcome: 'loaded' }, chunk.rows.length);
    rows.inc({ kind, outcome: 'rejected' }, chunk.rejections.length);
    return committed;
  };
}
