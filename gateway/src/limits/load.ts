import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LimitName } from '../metrics/limit-of.ts';
import { TryLater } from './try-later.ts';

const sampleMs = 1_000;
const resolutionMs = 20;
const nanoseconds = 1e6;

export type Load = ReturnType<typeof watchLoad>;

/** Counts what is in hand and measures how late the event loop runs, by the mean of the last second; `stop` must be called. */
export function watchLoad({ maxInFlight, maxLagMs }: { maxInFlight: number; maxLagMs: number }) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let inFlight = 0;
  let lagMs = 0;
  const sample = setInterval(() => {
    lagMs = Math.max(0, delay.mean / nanoseconds - resolutionMs);
    delay.reset();
  }, sampleMs).unref();

  function overload(): TryLater | null {
    const message = 'There is too much to do at the moment';
    const later = (limit: LimitName) => new TryLater('UNAVAILABLE', message, { limit, retryAfterSeconds: 1 });
    if (inFlight >= maxInFlight) return later('MAX_IN_FLIGHT');
    return lagMs > maxLagMs ? later('MAX_EVENT_LOOP_LAG_MS') : null;
  }

  return {
    inFlight: () => inFlight,

    isOverloaded: () => overload() !== null,

    /** Counts an operation until the result is called, once or more. Throws UNAVAILABLE when there is too much to do. */
    enter(): () => void {
      const refusal = overload();
      if (refusal) throw refusal;
      inFlight += 1;
      let isIn = true;
      return () => {
        if (isIn) inFlight -= 1;
        isIn = false;
      };
    },

    stop() {
      clearInterval(sample);
      delay.disable();
    },
  };
}
