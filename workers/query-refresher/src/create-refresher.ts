import { unavailable } from '@tributary/core';

export interface Refresher {
  /** Resolves with the version of the cached answers once it is at least the one given. */
  refreshTo(version: number): Promise<number>;
  /** Resolves once the cached answers hold everything committed before the call. */
  refresh(): Promise<number>;
}

/**
 * Runs `run` (compute and store the answers, giving their version) for however many ask: one run at a time, and all who
 * ask while it is under way share the next one, since its snapshot may be older than what they wait for.
 */
export function createRefresher({
  storedVersion,
  run,
}: {
  storedVersion: () => Promise<number | null>;
  run: () => Promise<number>;
}): Refresher {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<number> | null = null;

  function refresh(): Promise<number> {
    next ??= startAfter(running);
    return next;
  }

  function startAfter(previous: Promise<unknown>): Promise<number> {
    const turn = previous
      .catch(() => undefined)
      .then(() => {
        next = null;
        return run();
      });
    running = turn;
    return turn;
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
