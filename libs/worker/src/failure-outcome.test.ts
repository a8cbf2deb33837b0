import { describe, expect, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { failureOutcome } from './failure-outcome.ts';

const noJitter = () => 0;

describe('failureOutcome', () => {
  test('waits without end for what is unavailable, 1 s growing to 60 s, whatever the attempt', () => {
    const delays = [0, 1, 5, 6, 1_000].map((waits) =>
      failureOutcome(unavailable('down'), { attempt: 5, waits }, noJitter),
    );
    expect(delays).toEqual(
      [1_000, 2_000, 32_000, 60_000, 60_000].map((retryInMs) => ({
        retryInMs,
        countsAsAttempt: false,
        reason: 'down',
      })),
    );
  });

  test('tries anything else five times, then dead-letters it with its stack', () => {
    const error = new Error('bug');
    expect(failureOutcome(error, { attempt: 4, waits: 9 }, noJitter)).toMatchObject({
      retryInMs: 8_000,
      countsAsAttempt: true,
    });
    expect(failureOutcome(error, { attempt: 5, waits: 0 })).toEqual({
      deadLetter: { reason: 'bug', stack: error.stack },
    });
    expect(failureOutcome('text', { attempt: 5, waits: 0 })).toEqual({ deadLetter: { reason: 'text' } });
  });
});
