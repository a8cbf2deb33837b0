import { unavailable } from '@tributary/core';

export interface SemaphoreOptions {
  /** Maximum number of works that run at the same time. */
  readonly permits: number;
  /** Maximum number of callers that wait for a permit; default: no limit. */
  readonly maxQueued?: number;
  /** Maximum time a caller waits for a permit; default: no limit. */
  readonly maxWaitMs?: number;
  /** The error for a caller that gets no permit; default: UNAVAILABLE. */
  readonly createError?: () => Error;
}

export interface Semaphore {
  /** Runs the work once a permit is free, in the order of the calls. An aborted signal ends the wait for a permit, not the work. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** Creates a semaphore; a permit is released when its work settles. */
export function createSemaphore({
  permits,
  maxQueued,
  maxWaitMs,
  createError = atCapacity,
}: SemaphoreOptions): Semaphore {
  const queue: (() => void)[] = [];
  let running = 0;

  function acquire(signal: AbortSignal | undefined): Promise<void> | void {
    if (running < permits) {
      running += 1;
      return;
    }
    if (queue.length >= (maxQueued ?? Number.POSITIVE_INFINITY) || signal?.aborted) throw createError();
    return waitForPermit(signal);
  }

  function waitForPermit(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = maxWaitMs === undefined ? undefined : setTimeout(leave, maxWaitMs);
      signal?.addEventListener('abort', leave, { once: true });
      queue.push(grant);

      function stopWaiting() {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
      }
      function grant() {
        stopWaiting();
        resolve();
      }
      function leave() {
        stopWaiting();
        queue.splice(queue.indexOf(grant), 1);
        reject(createError());
      }
    });
  }

  return {
    async run(work, signal) {
      const wait = acquire(signal);
      if (wait) await wait;
      try {
        return await work();
      } finally {
        // A released permit goes to the first in the queue, so no later caller can take it.
        const grant = queue.shift();
        if (grant) grant();
        else running -= 1;
      }
    },
  };
}

const atCapacity = () => unavailable('Too many requests are waiting. Try again in a moment.');
