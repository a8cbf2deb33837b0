import { type Clock, systemClock, unavailable } from '@tributary/core';

export interface Refresher {
  /** Resolves with the version of the cached results once it is at least `version`. */
  refreshTo(version: number): Promise<number>;
  /** Resolves once the cached results include everything committed before the call. */
  refresh(): Promise<number>;
}

/**
 * Coalesces calls of `run`, which computes and stores the results and returns their version. One run at a time; calls during a run
 * share the next one, because the snapshot of the current run may be too old for them. Runs start at least `minIntervalMs` apart,
 * so that many small loads share a run.
 */
export function createRefresher({
  storedVersion,
  run,
  minIntervalMs = 0,
  clock = systemClock,
}: {
  storedVersion: () => Promise<number | null>;
  run: () => Promise<number>;
  minIntervalMs?: number;
  clock?: Clock;
}): Refresher {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<number> | null = null;
  let startedAt = Number.NEGATIVE_INFINITY;

  function refresh(): Promise<number> {
    next ??= startAfter(running);
    return next;
  }

  function startAfter(previous: Promise<unknown>): Promise<number> {
    const started = previous
      .catch(() => undefined)
      .then(async () => {
        const delayMs = startedAt + minIntervalMs - clock.now().getTime();
        if (delayMs > 0) await clock.sleep(Math.min(delayMs, minIntervalMs));
        next = null;
        startedAt = clock.now().getTime();
        return run();
      });
    running = started;
    return started;
  }

  return {
    refresh,
    async refreshTo(version) {
      const stored = await storedVersion();
      if (stored !== null && stored >= version) return stored;
      const refreshed = await refresh();
      if (refreshed >= version) return refreshed;
      throw unavailable('The database does not show the announced version yet.');
    },
  };
}
