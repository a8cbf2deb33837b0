import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LimitName } from '../metrics/limit-of.ts';
import { createPlaces } from './places.ts';
import { TryLater } from './try-later.ts';

const sampleMs = 1_000;
const resolutionMs = 20;
const nanoseconds = 1e6;

export type Load = ReturnType<typeof watchLoad>;

/** Counts operations in flight, in all and per address, and measures the mean delay of the event loop in the last second; `stop` must be called. */
export function watchLoad(options: { maxInFlight: number; maxInFlightPerAddress: number; maxLagMs: number }) {
  const { maxInFlight, maxLagMs } = options;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let lagMs = 0;
  const sample = setInterval(() => {
    lagMs = Math.max(0, delay.mean / nanoseconds - resolutionMs);
    delay.reset();
  }, sampleMs).unref();
  const places = createPlaces({
    name: 'operations',
    all: { limit: 'MAX_IN_FLIGHT', max: maxInFlight },
    perClient: { limit: 'MAX_IN_FLIGHT_PER_ADDRESS', max: options.maxInFlightPerAddress },
    retryAfterSeconds: 1,
  });

  function overload(): TryLater | null {
    const message = 'There is too much to do right now';
    const later = (limit: LimitName) => new TryLater('UNAVAILABLE', message, { limit, retryAfterSeconds: 1 });
    if (places.count() >= maxInFlight) return later('MAX_IN_FLIGHT');
    return lagMs > maxLagMs ? later('MAX_EVENT_LOOP_LAG_MS') : null;
  }

  function assertNotOverloaded(): void {
    const refusal = overload();
    if (refusal) throw refusal;
  }

  return {
    inFlight: places.count,

    isOverloaded: () => overload() !== null,

    /** Throws UNAVAILABLE when there is too much to do; counts nothing. */
    assertNotOverloaded,

    /**
     * Counts an operation of an address until the result is called, once or more. Throws UNAVAILABLE when there is too much to do,
     * RATE_LIMITED when the address has its share in flight.
     */
    enter(address: string): () => void {
      assertNotOverloaded();
      return places.take(address);
    },

    stop() {
      clearInterval(sample);
      delay.disable();
    },
  };
}
