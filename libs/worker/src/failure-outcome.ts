import { isAppError } from '@tributary/core';
import type { Delivery, Outcome } from '@tributary/messaging';
import { Continue, NoRoom, SetAside } from './handling-endings.ts';
import { retryDelayMs } from './retry-delay.ts';

const maxAttempts = 5;
/** Room is looked for again after so long at most. */
const longestForRoomMs = 8_000;

/**
 * The thrown error is the retry API: UNAVAILABLE waits without end, anything else has 5 attempts without progress and is
 * dead-lettered. A delivery that made progress is the first of a new count.
 */
export function failureOutcome(
  error: unknown,
  { attempt, waits, afterProgress }: Pick<Delivery, 'attempt' | 'waits'> & { afterProgress: boolean },
  random: () => number = Math.random,
): Outcome {
  if (error instanceof Continue) return { continue: true };
  const reason = error instanceof Error ? error.message : String(error);
  if (isAppError(error, 'UNAVAILABLE')) {
    const longestMs = error instanceof NoRoom ? longestForRoomMs : undefined;
    const retryInMs = retryDelayMs(afterProgress ? 0 : waits, random, longestMs);
    return { retryInMs, countsAsAttempt: false, reason, afterProgress };
  }
  const attempts = afterProgress ? 1 : attempt;
  if (attempts < maxAttempts && !(error instanceof SetAside)) {
    return { retryInMs: retryDelayMs(attempts - 1, random), countsAsAttempt: true, reason, afterProgress };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return { deadLetter: stack === undefined ? { reason } : { reason, stack } };
}
