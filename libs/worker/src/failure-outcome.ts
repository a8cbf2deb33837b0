import { isAppError } from '@tributary/core';
import type { Delivery, Outcome } from '@tributary/messaging';
import { retryDelayMs } from './retry-delay.ts';

const maxAttempts = 5;

/** The thrown error is the retry API: UNAVAILABLE waits without end, anything else has 5 attempts and is dead-lettered. */
export function failureOutcome(
  error: unknown,
  { attempt, waits }: Pick<Delivery, 'attempt' | 'waits'>,
  random: () => number = Math.random,
): Outcome {
  const reason = error instanceof Error ? error.message : String(error);
  if (isAppError(error, 'UNAVAILABLE')) {
    return { retryInMs: retryDelayMs(waits, random), countsAsAttempt: false, reason };
  }
  if (attempt < maxAttempts) {
    return { retryInMs: retryDelayMs(attempt - 1, random), countsAsAttempt: true, reason };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return { deadLetter: stack === undefined ? { reason } : { reason, stack } };
}
