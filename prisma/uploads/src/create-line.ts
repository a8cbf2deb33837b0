import { isAppError, unavailable } from '@tributary/core';

interface LineOptions<Item, Result> {
  /** Does what was asked for these, in the order they came: one result for each. What it throws is the answer to all of them. */
  run(items: readonly Item[]): Promise<readonly PromiseSettledResult<Result>[]>;
  readonly mostTogether: number;
  readonly mostWaiting: number;
  /** How long one waits for its turn at most. */
  readonly patienceMs: number;
  readonly full: string;
}

interface Waiter<Item, Result> {
  readonly item: Item;
  readonly impatience: NodeJS.Timeout;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/**
 * Lets work wait in line that is done cheaper together: what comes while a group is under way is the next group, without
 * a delay. UNAVAILABLE when too many wait or one waits for too long, and to all who wait once a group finds that nothing is to be had.
 */
export function createLine<Item, Result>(options: LineOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { run, mostTogether, mostWaiting, patienceMs, full } = options;
  const waiting = new Set<Waiter<Item, Result>>();
  let isRunning = false;

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.size >= mostWaiting) return reject(unavailable(full));
      const impatience = setTimeout(() => {
        waiting.delete(waiter);
        reject(unavailable(full));
      }, patienceMs);
      const waiter = { item, impatience, resolve, reject };
      waiting.add(waiter);
      if (!isRunning) void runAll();
    });

  async function runAll() {
    isRunning = true;
    while (waiting.size > 0) {
      const group = take(mostTogether);
      try {
        const results = await run(group.map(({ item }) => item));
        group.forEach((waiter, index) => {
          const result = results[index];
          if (result?.status === 'fulfilled') waiter.resolve(result.value);
          else waiter.reject(result?.reason);
        });
      } catch (error) {
        const answered = isAppError(error, 'UNAVAILABLE') ? [...group, ...take(waiting.size)] : group;
        for (const { reject } of answered) reject(error);
      }
    }
    isRunning = false;
  }

  function take(count: number) {
    const taken = [...waiting].slice(0, count);
    for (const waiter of taken) {
      waiting.delete(waiter);
      clearTimeout(waiter.impatience);
    }
    return taken;
  }
}
