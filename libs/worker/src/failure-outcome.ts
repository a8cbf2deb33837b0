import { isAppError } from '@tributary/core';
import type { Delivery, Outcome } from '@tributary/messaging';
import { BackpressureError, ContinueLater, UnrecoverableError } from './handler-errors.ts';
import { retryDelayMs } from './retry-delay.ts';

const maxAttempts = 5;
/** Room is looked for again after so long at most. */
const maxBackpressureDelayMs = 8_000;

/**
 * The thrown error is the retry API: UNAVAILABLE waits without end, anything else has 5 attempts without progress and is
 * dead-lettered. A delivery that made progress is the first of a new count.
 */
export function failureOutcome(
  error: unknown,
  { attempt, waits, afterProgress }: Pick<Delivery, 'attempt' | 'waits'> & { afterProgress: boolean },
  random: () => number = Math.random,
): Outcome {
  if (error instanceof ContinueLater) return { continue: true };
  const reason = error instanceof Error ? error.message : String(error);
  if (isAppError(error, 'UNAVAILABLE')) {
    const maxMs = error instanceof BackpressureError ? maxBackpressureDelayMs : undefined;
    const retryInMs = retryDelayMs(afterProgress ? 0 : waits, random, maxMs);
    return { retryInMs, countsAsAttempt: false, reason, afterProgress };
  }
  const attempts = afterProgress ? 1 : attempt;
  if (attempts < maxAttempts && !(error instanceof UnrecoverableError)) {
    return { retryInMs: retryDelayMs(attempts - 1, random), countsAsAttempt: true, reason, afterProgress };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return { deadLetter: stack === undefined ? { reason } : { reason, stack } };
}
