import { describe, expect, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { failureOutcome } from './failure-outcome.ts';
import { BackpressureError, ContinueLater, UnrecoverableError } from './handler-errors.ts';

const noJitter = () => 0;

const stuck = { afterProgress: false };

describe('failureOutcome', () => {
  test('waits without end for what is unavailable, 1 s growing to 60 s, whatever the attempt', () => {
    const delays = [0, 1, 5, 6, 1_000].map((waits) =>
      failureOutcome(unavailable('down'), { attempt: 5, waits, ...stuck }, noJitter),
    );
    expect(delays).toEqual(
      [1_000, 2_000, 32_000, 60_000, 60_000].map((retryInMs) => ({
        retryInMs,
        countsAsAttempt: false,
        reason: 'down',
        afterProgress: false,
      })),
    );
  });

  test('waits for room no longer than 8 s', () => {
    const delays = [0, 2, 3, 1_000].map((waits) =>
      failureOutcome(new BackpressureError('full'), { attempt: 1, waits, ...stuck }, noJitter),
    );
    expect(delays).toMatchObject(
      [1_000, 4_000, 8_000, 8_000].map((retryInMs) => ({ retryInMs, countsAsAttempt: false, reason: 'full' })),
    );
  });

  test('tries anything else five times, then dead-letters it with its stack', () => {
    const error = new Error('bug');
    expect(failureOutcome(error, { attempt: 4, waits: 9, ...stuck }, noJitter)).toMatchObject({
      retryInMs: 8_000,
      countsAsAttempt: true,
    });
    expect(failureOutcome(error, { attempt: 5, waits: 0, ...stuck })).toEqual({
      deadLetter: { reason: 'bug', stack: error.stack },
    });
    expect(failureOutcome('text', { attempt: 5, waits: 0, ...stuck })).toEqual({ deadLetter: { reason: 'text' } });
  });

  test('counts anew what fails or waits after progress', () => {
    const late = { attempt: 5, waits: 6, afterProgress: true };
    const anew = { retryInMs: 1_000, afterProgress: true };
    expect(failureOutcome(new Error('bug'), late, noJitter)).toMatchObject({ ...anew, countsAsAttempt: true });
    expect(failureOutcome(unavailable('down'), late, noJitter)).toMatchObject({ ...anew, countsAsAttempt: false });
  });

  test('goes on at once where the rest is for a new delivery, and dead-letters at once what is set aside', () => {
    const first = { attempt: 1, waits: 0, afterProgress: true };
    expect(failureOutcome(new ContinueLater(), first)).toEqual({ continue: true });
    expect(failureOutcome(new UnrecoverableError('kills its worker'), first)).toMatchObject({
      deadLetter: { reason: 'kills its worker' },
    });
  });
});
