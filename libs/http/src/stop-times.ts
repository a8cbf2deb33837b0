import { wholeNumber } from '@tributary/core';

/** What an HTTP process reads from its environment about its end. */
export const stopConfig = {
  DRAIN_DELAY_MS: wholeNumber(0, 60_000).default(0),
  SHUTDOWN_TIMEOUT_MS: wholeNumber(1_000, 3_600_000).default(25_000),
};

export interface StopTimes {
  /** How long requests are still taken after the process has said that it goes. */
  delayMs: number;
  /** How long those in hand may take after that. */
  finishMs: number;
}

/** The end of the time to shut down belongs to closing what is behind the server. */
const closingMs = 5_000;

export function stopTimes(env: { DRAIN_DELAY_MS: number; SHUTDOWN_TIMEOUT_MS: number }): StopTimes {
  const delayMs = Math.min(env.DRAIN_DELAY_MS, env.SHUTDOWN_TIMEOUT_MS / 2);
  return { delayMs, finishMs: Math.max(env.SHUTDOWN_TIMEOUT_MS - delayMs - closingMs, env.SHUTDOWN_TIMEOUT_MS / 4) };
}
