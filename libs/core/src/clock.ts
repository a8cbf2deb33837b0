import { setTimeout as delay } from 'node:timers/promises';

/** The only source of time in the system, passed as an argument so that a test decides what time it is. */
export interface Clock {
  now(): Date;
  /** Resolves after that many milliseconds, or rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};
