import { type Clock, unavailable } from '@tributary/core';
import { asUnavailable, type EmploymentDb } from '@tributary/employment-db';
import { type BodyOf, type uploadAccepted, workEvents } from '@tributary/events';
import type { FileStore } from '@tributary/file-store';
import type { HandlingContext } from '@tributary/worker';
import type { MeasureChunk } from './loading-metrics.ts';

export type Upload = BodyOf<typeof uploadAccepted>;

/** The messages about loads. */
export const work = workEvents('csv-loader');

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
  /** Approximate number of rows that are committed together; 10,000 by default. */
  readonly chunkRows?: number;
}

/** A load that must stop is delivered again, to this loader or another. */
export function stopWhenAborted(signal: AbortSignal): void {
  if (signal.aborted) throw unavailable('The loader is stopping.');
}

/** An error that says the database cannot serve now becomes UNAVAILABLE in the uploader's words; any other stays what it is. */
export function toUnavailable(error: unknown): unknown {
  const classified = asUnavailable(error);
  return classified === error ? error : unavailable('Waiting for the database', { cause: error });
}
