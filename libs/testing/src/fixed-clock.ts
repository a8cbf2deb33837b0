import type { Clock } from '@tributary/core';

export interface FixedClock extends Clock {
  /** Moves time forward and ends every sleep that is over by then. */
  advance(ms: number): void;
}

/** A clock that stands still until the test moves it; a sleep ends when time has been moved past it. */
export function fixedClock(start: string | Date = '2026-01-02T03:04:05.678Z'): FixedClock {
  let now = new Date(start).getTime();
  const sleepers = new Set<{ until: number; wake(): void }>();
  return {
    now: () => new Date(now),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          until: now + ms,
          wake() {
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        sleepers.add(sleeper);
      }),
    advance(ms) {
      now += ms;
      for (const sleeper of [...sleepers].sort((a, b) => a.until - b.until)) {
        if (sleeper.until > now) break;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
