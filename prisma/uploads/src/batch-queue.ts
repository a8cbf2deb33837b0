import { isAppError, unavailable } from '@tributary/core';

interface BatchQueueOptions<Item, Result> {
  /** Does what was asked for these, in the order they came: one result for each. What it throws is the answer to all of them. */
  run(items: readonly Item[]): Promise<readonly PromiseSettledResult<Result>[]>;
  readonly maxBatch: number;
  readonly maxQueued: number;
  /** How long one waits for its turn at most. */
  readonly maxWaitMs: number;
  readonly overflowMessage: string;
}

interface Waiter<Item, Result> {
  readonly item: Item;
  readonly timer: NodeJS.Timeout;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/**
 * Lets work wait in line that is done cheaper together: what comes while a group is under way is the next group, without
 * a delay. UNAVAILABLE when too many wait or one waits for too long, and to all who wait once a group finds that nothing is to be had.
 */
export function createBatchQueue<Item, Result>(
  options: BatchQueueOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { run, maxBatch, maxQueued, maxWaitMs, overflowMessage } = options;
  const waiting = new Set<Waiter<Item, Result>>();
  let isRunning = false;

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.size >= maxQueued) return reject(unavailable(overflowMessage));
      const timer = setTimeout(() => {
        waiting.delete(waiter);
        reject(unavailable(overflowMessage));
      }, maxWaitMs);
      const waiter = { item, timer, resolve, reject };
      waiting.add(waiter);
      if (!isRunning) void runAll();
    });

  async function runAll() {
    isRunning = true;
    while (waiting.size > 0) {
      const group = take(maxBatch);
      try {
        const results = await run(group.map(({ item }) => item));
        group.forEach((waiter, index) => {
          const result = results[index];
          if (result?.status === 'fulfilled') waiter.resolve(result.value);
          else waiter.reject(result?.reason);
        });
      } catch (error) {
        const rejected = isAppError(error, 'UNAVAILABLE') ? [...group, ...take(waiting.size)] : group;
        for (const { reject } of rejected) reject(error);
      }
    }
    isRunning = false;
  }

  function take(count: number) {
    const taken = [...waiting].slice(0, count);
    for (const waiter of taken) {
      waiting.delete(waiter);
      clearTimeout(waiter.timer);
    }
    return taken;
  }
}
