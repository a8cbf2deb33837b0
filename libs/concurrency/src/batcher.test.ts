import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import fc from 'fast-check';
import { type BatcherOptions, createBatcher } from './batcher.ts';

type Options = Partial<BatcherOptions<number, string>>;

/** A batcher whose batches and single items end when the test ends them. A negative item fails. */
function startBatcher(options: Options = {}) {
  const batches: { items: readonly number[]; end(error?: unknown): void }[] = [];
  const singles: { item: number; end(): void }[] = [];
  const add = createBatcher<number, string>({
    runBatch: (items) =>
      new Promise((resolve, reject) => {
        const results = items.map(toResult);
        batches.push({ items, end: (error) => (error === undefined ? resolve(results) : reject(error)) });
      }),
    maxBatch: 3,
    ...options,
  });
  const runSingle = (item: number) =>
    new Promise<string>((resolve) => singles.push({ item, end: () => resolve(`single ${item}`) }));
  /** Ends the last batch. */
  const end = async (error?: unknown) => {
    batches.at(-1)?.end(error);
    await nextTurn();
    await nextTurn();
  };
  return { add, end, batches, singles, runSingle, items: () => batches.map(({ items }) => items) };
}

const toResult = (item: number) =>
  item < 0
    ? ({ status: 'rejected', reason: new Error(`${item}`) } as const)
    : ({ status: 'fulfilled', value: `${item}` } as const);

describe('a batcher', () => {
  test('puts the items that are added while a batch runs into the next batches, in their order', async () => {
    const { add, end, items } = startBatcher();
    const results = [add(1)];
    await nextTurn();
    results.push(...[2, -3, 4, 5].map((item) => add(item)));
    const settled = Promise.allSettled(results);
    await end();
    await end();
    const last = add(6);
    await end();
    await end();
    expect(items()).toEqual([[1], [2, -3, 4], [5], [6]]);
    expect(await last).toBe('6');
    expect((await settled).map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true]);
  });

  test('rejects an item over the maximum queue length, and one that is queued for too long', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const { add, end, batches } = startBatcher({ maxQueued: 2, maxWaitMs: 1_000, overflowMessage: 'full' });
    const running = add(1);
    await nextTurn();
    const queued = Promise.allSettled([add(2), add(3)]);
    await expect(add(4)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'full' });
    jest.advanceTimersByTime(1_000);
    jest.useRealTimers();
    expect(await queued).toMatchObject([{ reason: { code: 'UNAVAILABLE' } }, { reason: { code: 'UNAVAILABLE' } }]);
    await end();
    expect(await running).toBe('1');
    expect(batches).toHaveLength(1);
  });

  test('rejects the queued items with an error that concerns the queue, but no others with the error of a batch', async () => {
    const getFailed = (error: unknown) => (Object(error).code === 'UNAVAILABLE' ? 'queue' : 'batch');
    const { add, end } = startBatcher({ getFailed });
    const first = add(1);
    await nextTurn();
    const settled = Promise.allSettled([first, ...[2, 3, 4, 5].map((item) => add(item))]);
    await end(new Error('a fault'));
    await end(unavailable('no database'));
    const reasons = (await settled).map((result) => (result.status === 'rejected' ? result.reason.message : ''));
    expect(reasons).toEqual(['a fault', 'no database', 'no database', 'no database', 'no database']);
    const next = add(6);
    await nextTurn();
    await end();
    expect(await next).toBe('6');
  });

  test('processes each item of a failed batch by itself, and the items without a result', async () => {
    const singles: number[] = [];
    const runSingle = async (item: number) => {
      singles.push(item);
      if (item === 2) throw new Error('bad item');
      return `single ${item}`;
    };
    const runBatch = async (items: readonly number[]) => {
      if (items.includes(2)) throw new Error('bad batch');
      return items.map(() => undefined);
    };
    const add = createBatcher<number, string>({ runBatch, runSingle, maxBatch: 3 });
    const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => add(item)));
    expect(settled).toMatchObject([
      { value: 'single 1' },
      { reason: { message: 'bad item' } },
      { value: 'single 3' },
      { value: 'single 4' },
    ]);
    expect(singles.sort()).toEqual([1, 2, 3, 4]);
    await expect(createBatcher({ runBatch, maxBatch: 3 })(1)).rejects.toThrow('no result');
  });

  test('starts another batch while one is slow, but with no item whose key is active', async () => {
    const { add, batches, items, end } = startBatcher({
      maxBatchMs: 5,
      maxBatches: 2,
      getKey: (item) => `${item % 10}`,
    });
    const results = [add(1), add(2)];
    await nextTurn();
    results.push(add(11), add(3));
    while (batches.length < 2) await nextTurn();
    results.push(add(4));
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(items()).toEqual([[1, 2], [3]]);
    batches[0]?.end();
    await nextTurn();
    await nextTurn();
    expect(items()).toEqual([[1, 2], [3], [11, 4]]);
    await end();
    batches[1]?.end();
    expect(await Promise.all(results)).toEqual(['1', '2', '11', '3', '4']);
  });

  test('settles each item once, in the order of its key and never at the same time as another one, whatever fails', async () => {
    const actions = fc.array(fc.constantFrom('add', 'end', 'fail', 'endSingle', 'turn'), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(actions, fc.integer({ min: 1, max: 3 }), async (steps, keyCount) => {
        const works: { isSingle: boolean; end(fails: boolean): void }[] = [];
        const activeKeys = new Set<number>();
        const processed: number[] = [];
        const startWork = (items: readonly number[], isSingle: boolean) =>
          new Promise<void>((resolve, reject) => {
            const keys = new Set(items.map((item) => item % keyCount));
            for (const key of keys) {
              expect(activeKeys).not.toContain(key);
              activeKeys.add(key);
            }
            const end = (fails: boolean) => {
              for (const key of keys) activeKeys.delete(key);
              if (fails) return reject(new Error('failed'));
              processed.push(...items);
              resolve();
            };
            works.push({ isSingle, end });
          });
        const add = createBatcher<number, number>({
          getKey: (item) => `${item % keyCount}`,
          maxBatch: 3,
          maxSingles: 2,
          async runBatch(items) {
            expect(items.length).toBeLessThanOrEqual(3);
            await startWork(items, false);
            return items.map((value) => ({ status: 'fulfilled', value }));
          },
          async runSingle(item) {
            await startWork([item], true);
            return item;
          },
        });
        const endWork = (isSingle: boolean, fails = false) => {
          const index = works.findIndex((work) => work.isSingle === isSingle);
          if (index >= 0) works.splice(index, 1)[0]?.end(fails);
        };
        const results: Promise<number>[] = [];
        for (const step of steps) {
          if (step === 'add') results.push(add(results.length));
          else if (step === 'turn') await nextTurn();
          else endWork(step === 'endSingle', step === 'fail');
        }
        for (let idleTurns = 0; idleTurns < 3; idleTurns += 1) {
          await nextTurn();
          if (works.length > 0) idleTurns = 0;
          works.shift()?.end(false);
        }
        const added = results.map((_, index) => index);
        expect(await Promise.all(results)).toEqual(added);
        expect([...processed].sort((a, b) => a - b)).toEqual(added);
        for (const key of [0, 1, 2]) {
          const items = processed.filter((item) => item % keyCount === key);
          expect(items).toEqual([...items].sort((a, b) => a - b));
        }
      }),
    );
  });
});
