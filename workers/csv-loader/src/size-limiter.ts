import { createSemaphore } from '@tributary/concurrency';
import { BackpressureError } from '@tributary/worker';

/** The minimum size of a large file: some 100,000 rows, a second or more of loading. */
const LARGE_BYTES = 5_000_000;
const MAX_RUNNING = 2;
const MAX_QUEUED = 2;
const MAX_WAIT_MS = 10_000;

/** Messages a loader holds: its large files, the queued ones, and room for small ones. */
export const PREFETCH = MAX_RUNNING + MAX_QUEUED + 4;

/** Runs the work on a file of that size: a small one at once. */
export type LimitBySize = (file: { bytes: number }, signal: AbortSignal, work: () => Promise<void>) => Promise<void>;

/**
 * Loads two large files at a time, in the order of the calls, so that small ones start at once however many large ones wait. Two
 * more wait for up to ten seconds; any other is rejected with BackpressureError, and the queue delivers it again, to this loader
 * or another.
 */
export function createSizeLimiter({ maxWaitMs = MAX_WAIT_MS } = {}): LimitBySize {
  const createError = () => new BackpressureError('Waiting for other large files');
  const large = createSemaphore({ permits: MAX_RUNNING, maxQueued: MAX_QUEUED, maxWaitMs, createError });
  return ({ bytes }, signal, work) => (bytes < LARGE_BYTES ? work() : large.run(work, signal));
}
