import { AsyncLocalStorage } from 'node:async_hooks';

export interface BatcherOptions<Item, Result> {
  /** Items of one key are handled in the order in which they came, never at the same time in different transactions. */
  getKey(item: Item): string;
  /** Handles a group, all or nothing; undefined for an item that must be handled by itself. */
  runBatch(items: readonly Item[]): Promise<readonly (Result | undefined)[]>;
  /** Handles one item by itself, waiting as long as that takes. */
  runSingle(item: Item): Promise<Result>;
  /** Whether what made a group fail would make each of its items fail: then none is tried by itself. */
  isFatal(error: unknown): boolean;
}

const maxBatch = 100;
/** A group that takes longer waits for something: another may go beside it. */
const maxBatchMs = 1_000;
const groupsAtOnce = 3;
const alonesAtOnce = 2;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly key: string;
  /** Runs what belongs to the trace in which the item came. */
  readonly within: <T>(work: () => T) => T;
  settle(result: Result): void;
  fail(error: unknown): void;
  isAlone: boolean;
}

/**
 * Handles items in groups, without any delay: what comes while a group is under way goes together into the next. An item is
 * settled when its group is. A group that fails is done one by one, so that each item fails by itself only.
 */
export function createBatcher<Item, Result>({ getKey, runBatch, runSingle, isFatal }: BatcherOptions<Item, Result>) {
  let waiting: Waiting<Item, Result>[] = [];
  const keysInHand = new Set<string>();
  let [groups, overdue, alones] = [0, 0, 0];
  let isDue = false;

  /** What comes in the same turn of the event loop goes together. */
  function soon() {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      begin();
    });
  }

  function begin() {
    for (let next = take('alone'); next.length > 0; next = take('alone')) void handleAlone(next);
    const group = take('together');
    if (group.length > 0) void handleTogether(group);
  }

  /** The longest waiting, but none whose key is in hand or waits before it for something else. */
  function take(how: 'alone' | 'together'): Waiting<Item, Result>[] {
    const isAlone = how === 'alone';
    const room = isAlone
      ? Math.min(1, alonesAtOnce - alones)
      : groups - overdue > 0 || groups === groupsAtOnce
        ? 0
        : maxBatch;
    const taken: Waiting<Item, Result>[] = [];
    const blocked = new Set(keysInHand);
    waiting = waiting.filter((entry) => {
      const isTaken = taken.length < room && entry.isAlone === isAlone && !blocked.has(entry.key);
      if (isTaken) taken.push(entry);
      else blocked.add(entry.key);
      return !isTaken;
    });
    for (const { key } of taken) keysInHand.add(key);
    return taken;
  }

  async function handleTogether(group: Waiting<Item, Result>[]) {
    groups += 1;
    let isOverdue = false;
    const timer = setTimeout(() => {
      isOverdue = true;
      overdue += 1;
      soon();
    }, maxBatchMs);
    const left = await settleTogether(group);
    clearTimeout(timer);
    groups -= 1;
    if (isOverdue) overdue -= 1;
    for (const entry of left) entry.isAlone = true;
    waiting.unshift(...left);
    releaseKeys(group);
  }

  /** Those that must be handled alone. */
  async function settleTogether(group: readonly Waiting<Item, Result>[]) {
    try {
      const results = await contextOf(group)(() => runBatch(group.map(({ item }) => item)));
      return group.filter((entry, index) => {
        const result = results[index];
        if (result !== undefined) entry.settle(result);
        return result === undefined;
      });
    } catch (error) {
      if (!isFatal(error)) return group;
      for (const entry of group) entry.fail(error);
      return [];
    }
  }

  async function handleAlone(entries: readonly Waiting<Item, Result>[]) {
    alones += 1;
    for (const entry of entries) await entry.within(() => runSingle(entry.item)).then(entry.settle, entry.fail);
    alones -= 1;
    releaseKeys(entries);
  }

  function releaseKeys(entries: readonly Waiting<Item, Result>[]) {
    for (const { key } of entries) keysInHand.delete(key);
    if (waiting.length > 0) soon();
  }

  return (item: Item): Promise<Result> =>
    new Promise((settle, fail) => {
      const within = AsyncLocalStorage.snapshot();
      waiting.push({ item, key: getKey(item), within, settle, fail, isAlone: false });
      soon();
    });
}

const contextOf = (group: readonly Pick<Waiting<unknown, unknown>, 'within'>[]) =>
  group[0]?.within ?? (<T>(work: () => T) => work());
