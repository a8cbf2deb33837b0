import { BackpressureError } from '@tributary/worker';

/** From here on a file is large: some 100,000 rows, a second or more of loading. */
const LARGE_BYTES = 5_000_000;
const MAX_RUNNING = 2;
const MAX_QUEUED = 2;
const MAX_WAIT_MS = 10_000;

/** Messages a loader holds: its large files, those in line, and room that is always left for small ones. */
export const PREFETCH = MAX_RUNNING + MAX_QUEUED + 4;

/** Runs the work on a file of that size: a small one at once. */
export type LimitBySize = (file: { bytes: number }, signal: AbortSignal, work: () => Promise<void>) => Promise<void>;

/**
 * Loads two large files at a time, in the order they came, so that small ones find a place at once however many large ones wait. Two
 * more stand in line, for ten seconds; the others find no room: the queue brings them again, to this loader or another.
 */
export function createSizeLimiter({ waitMs = MAX_WAIT_MS } = {}): LimitBySize {
  const queue: (() => void)[] = [];
  let running = 0;

  function waitForSlot(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
      const grant = () => {
        limit.removeEventListener('abort', abandon);
        resolve();
      };
      const abandon = () => {
        queue.splice(queue.indexOf(grant), 1);
        reject(noSlot());
      };
      queue.push(grant);
      limit.addEventListener('abort', abandon, { once: true });
      if (limit.aborted) abandon();
    });
  }

  return async ({ bytes }, signal, work) => {
    if (bytes < LARGE_BYTES) return work();
    if (running < MAX_RUNNING) running++;
    else if (queue.length < MAX_QUEUED) await waitForSlot(signal);
    else throw noSlot();
    try {
      await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
}

function noSlot() {
  return new BackpressureError('Waiting for other large files');
}
