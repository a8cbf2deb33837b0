import { describe, expect, jest, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { createBatchQueue } from './batch-queue.ts';

/** A line whose groups end when the test says so. */
function aLine({ maxBatch = 3, maxQueued = 100, maxWaitMs = 60_000 } = {}) {
  const groups: { items: readonly number[]; end(error?: unknown): void }[] = [];
  const join = createBatchQueue<number, string>({
    run: (items) =>
      new Promise((resolve, reject) => {
        const results = items.map((item) =>
          item < 0
            ? ({ status: 'rejected', reason: new Error(`${item}`) } as const)
            : ({ status: 'fulfilled', value: `${item}` } as const),
        );
        groups.push({ items, end: (error) => (error === undefined ? resolve(results) : reject(error)) });
      }),
    ...{ maxBatch, maxQueued, maxWaitMs, overflowMessage: 'full' },
  });
  /** Ends the group that is under way. */
  const end = async (error?: unknown) => {
    groups.at(-1)?.end(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { join, end, groups };
}

describe('a line', () => {
  test('does together what came while a group was under way, in order, at most so many', async () => {
    const { join, end, groups } = aLine();
    const results = Promise.allSettled([1, 2, -3, 4, 5].map((item) => join(item)));
    await end();
    await end();
    const last = join(6);
    await end();
    await end();
    expect(groups.map(({ items }) => items)).toEqual([[1], [2, -3, 4], [5], [6]]);
    expect(await last).toBe('6');
    expect((await results).map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true]);
  });

  test('takes no more than may wait, and lets none wait longer than its patience', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const { join, end, groups } = aLine({ maxQueued: 2, maxWaitMs: 1_000 });
    const [inHand, ...waiting] = [1, 2, 3].map((item) => join(item));
    await expect(join(4)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'full' });
    const given = Promise.allSettled(waiting);
    jest.advanceTimersByTime(1_000);
    jest.useRealTimers();
    expect(await given).toMatchObject([{ reason: { code: 'UNAVAILABLE' } }, { reason: { code: 'UNAVAILABLE' } }]);
    await end();
    expect(await inHand).toBe('1');
    expect(groups).toHaveLength(1);
  });

  test('tells all who wait that nothing is to be had, but a fault of a group to that group alone', async () => {
    const { join, end } = aLine();
    const first = Promise.allSettled([1, 2, 3, 4, 5].map((item) => join(item)));
    await end(new Error('a fault'));
    await end(unavailable('away'));
    const reasons = (await first).map((result) => (result.status === 'rejected' ? result.reason.message : ''));
    expect(reasons).toEqual(['a fault', 'away', 'away', 'away', 'away']);
    const next = join(6);
    await end();
    expect(await next).toBe('6');
  });
});
