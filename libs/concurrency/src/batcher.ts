import { AsyncLocalStorage } from 'node:async_hooks';
import { unavailable } from '@tributary/core';

export interface BatcherOptions<Item, Result> {
  /**
   * Processes a batch in the trace context of its first item: one settled result for each item, or undefined for an item that
   * `runSingle` must process.
   */
  runBatch(items: readonly Item[]): Promise<readonly (PromiseSettledResult<Result> | undefined)[]>;
  /** Processes one item by itself, for as long as it takes. */
  readonly runSingle?: (item: Item) => Promise<Result>;
  /** Items with the same key are processed in their order, and never at the same time. Without it all items are independent. */
  readonly getKey?: (item: Item) => string;
  /** The items that fail with the error of a batch: its own, or the queued items too; `none` processes each item of the batch by itself. */
  readonly getFailed?: (error: unknown) => 'none' | 'batch' | 'queue';
  readonly maxBatch: number;
  /** A batch that takes longer does not hold up the next one; default: no limit. */
  readonly maxBatchMs?: number;
  /** Maximum number of batches that run at the same time, all but one of them over `maxBatchMs`; default: 1. */
  readonly maxBatches?: number;
  /** Maximum number of single items that are processed at the same time; default: 1. */
  readonly maxSingles?: number;
  /** Maximum number of queued items; default: no limit. */
  readonly maxQueued?: number;
  /** Maximum time an item is queued; default: no limit. */
  readonly maxWaitMs?: number;
  /** The message of UNAVAILABLE for an item over `maxQueued` or `maxWaitMs`. */
  readonly overflowMessage?: string;
}

/** Resolves or rejects with the result of the item. */
export type Batcher<Item, Result> = (item: Item) => Promise<Result>;

interface Entry<Item, Result> {
  readonly item: Item;
  readonly key: string | symbol;
  /** Runs a function in the trace context of the caller. */
  readonly inContext: <T>(work: () => T) => T;
  readonly timer: NodeJS.Timeout | undefined;
  resolve(result: Result): void;
  reject(error: unknown): void;
  isSingle: boolean;
}

/**
 * Creates a batcher. Items that are added in the same turn of the event loop, or while a batch runs, form the next batch, in the
 * order in which they were added.
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { runBatch, runSingle: runOne = missingResult, getKey, getFailed, maxBatch, maxBatchMs } = options;
  const { maxBatches = 1, maxSingles = 1 } = options;
  const { maxQueued = Number.POSITIVE_INFINITY, maxWaitMs, overflowMessage = 'Too many items are queued.' } = options;
  let queue: Entry<Item, Result>[] = [];
  const activeKeys = new Set<string | symbol>();
  let [batches, slowBatches, singles] = [0, 0, 0];
  let isScheduled = false;

  function schedule() {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      while (singles < maxSingles) {
        const [entry] = take(1, true);
        if (entry === undefined) break;
        void processSingle(entry);
      }
      const isFree = batches === slowBatches && batches < maxBatches;
      const batch = isFree ? take(maxBatch, false) : [];
      if (batch.length > 0) void processBatch(batch);
    });
  }

  /** Takes the first entries of a sort from the queue, but none whose key is active or is queued before it. */
  function take(max: number, isSingle: boolean): Entry<Item, Result>[] {
    const taken: Entry<Item, Result>[] = [];
    const blockedKeys = new Set(activeKeys);
    queue = queue.filter((entry) => {
      const isTaken = taken.length < max && entry.isSingle === isSingle && !blockedKeys.has(entry.key);
      if (isTaken) taken.push(entry);
      else blockedKeys.add(entry.key);
      return !isTaken;
    });
    for (const { key, timer } of taken) {
      activeKeys.add(key);
      clearTimeout(timer);
    }
    return taken;
  }

  async function processBatch(batch: Entry<Item, Result>[]) {
    batches += 1;
    let isSlow = false;
    const admitNext = () => {
      isSlow = true;
      slowBatches += 1;
      schedule();
    };
    const timer = maxBatchMs === undefined ? undefined : setTimeout(admitNext, maxBatchMs);
    const remaining = await settleBatch(batch);
    clearTimeout(timer);
    batches -= 1;
    if (isSlow) slowBatches -= 1;
    for (const entry of remaining) entry.isSingle = true;
    queue.unshift(...remaining);
    release(batch);
  }

  /** Returns the entries that must be processed by themselves. */
  async function settleBatch(batch: Entry<Item, Result>[]): Promise<Entry<Item, Result>[]> {
    try {
      const inContext = batch[0]?.inContext ?? ((work) => work());
      const results = await inContext(() => runBatch(batch.map(({ item }) => item)));
      return batch.filter((entry, index) => !settle(entry, results[index]));
    } catch (error) {
      const failed = getFailed?.(error) ?? (options.runSingle ? 'none' : 'batch');
      if (failed === 'none') return batch;
      const queued = failed === 'queue' ? queue.splice(0) : [];
      for (const { reject, timer } of [...batch, ...queued]) {
        clearTimeout(timer);
        reject(error);
      }
      return [];
    }
  }

  function settle(entry: Entry<Item, Result>, result: PromiseSettledResult<Result> | undefined): boolean {
    if (result?.status === 'fulfilled') entry.resolve(result.value);
    else if (result?.status === 'rejected') entry.reject(result.reason);
    return result !== undefined;
  }

  async function processSingle(entry: Entry<Item, Result>) {
    singles += 1;
    await entry.inContext(async () => runOne(entry.item)).then(entry.resolve, entry.reject);
    singles -= 1;
    release([entry]);
  }

  function release(entries: readonly Entry<Item, Result>[]) {
    for (const { key } of entries) activeKeys.delete(key);
    if (queue.length > 0) schedule();
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (queue.length >= maxQueued) return reject(unavailable(overflowMessage));
      const expire = () => {
        queue = queue.filter((queued) => queued !== entry);
        reject(unavailable(overflowMessage));
      };
      const timer = maxWaitMs === undefined ? undefined : setTimeout(expire, maxWaitMs);
      const inContext = AsyncLocalStorage.snapshot();
      const key = getKey?.(item) ?? Symbol();
      const entry: Entry<Item, Result> = { item, key, inContext, timer, resolve, reject, isSingle: false };
      queue.push(entry);
      schedule();
    });
}

function missingResult(): never {
  throw new Error('The batch returned no result for an item.');
}
