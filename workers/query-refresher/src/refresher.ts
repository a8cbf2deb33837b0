import { type Clock, systemClock, unavailable } from '@tributary/core';

export interface Refresher {
  /** Resolves with the version of the cached answers once it is at least the one given. */
  refreshTo(version: number): Promise<number>;
  /** Resolves once the cached answers hold everything committed before the call. */
  refresh(): Promise<number>;
}

/**
 * Runs `run` (compute and store the answers, giving their version) for however many ask: one run at a time, and all who
 * ask while it is under way share the next one, since its snapshot may be older than what they wait for. Runs begin at least
 * `apartMs` apart: who asks rarely does not wait, and many small loads that end one after the other share a run.
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
