import { describe, expect, test } from '@jest/globals';
import { fixedClock } from '@tributary/testing';
import { padResponseTime } from './response-time.ts';

/** How long an answer takes, by a clock that only work and sleep move. */
async function answerMs(workMs: number, fails = false): Promise<number> {
  const time = fixedClock();
  const startedAt = time.now().getTime();
  const clock = { now: time.now, sleep: async (ms: number) => time.advance(ms) };
  const work = async () => {
    time.advance(workMs);
    if (fails) throw new Error('unavailable');
  };
  await padResponseTime(work, clock).catch(() => undefined);
  return time.now().getTime() - startedAt;
}

describe('an even answer', () => {
  test('takes as long whether its work is short, longer, or fails', async () => {
    expect(await Promise.all([answerMs(0), answerMs(7), answerMs(299), answerMs(12, true)])).toEqual([
      300, 300, 300, 300,
    ]);
  });

  test('takes a whole step more where the work was slow', async () => {
    expect(await answerMs(301)).toBe(600);
  });

  test('is that of the work', async () => {
    const clock = { ...fixedClock(), sleep: async () => undefined };
    expect(await padResponseTime(async () => 'done', clock)).toBe('done');
    await expect(padResponseTime(() => Promise.reject(new Error('unavailable')), clock)).rejects.toThrow('unavailable');
  });
});
