import { type Clock, unavailable } from '@tributary/core';
import type { EmploymentDb } from '@tributary/employment-db';
import type { BodyOf, uploadReceived } from '@tributary/events';
import type { FileStore } from '@tributary/file-store';
import type { HandlingContext } from '@tributary/worker';
import type { MeasureChunk } from './measure-loading.ts';

export type Upload = BodyOf<typeof uploadReceived>;

export interface LoadDependencies {
  readonly db: Pick<EmploymentDb, 'pool'>;
  readonly files: Pick<FileStore, 'read'>;
  readonly publish: HandlingContext['publish'];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly markProgress: HandlingContext['markProgress'];
  readonly shouldYield: HandlingContext['shouldYield'];
  /** Without it nothing is measured. */
  readonly measure?: MeasureChunk;
  /** About how many rows are committed together; 10,000 unless told. */
  readonly chunkRows?: number;
}

/** A load that must stop is delivered again, to this loader or another. */
export function stopWhenAborted(signal: AbortSignal): void {
  if (signal.aborted) throw unavailable('The loader is stopping.');
}
