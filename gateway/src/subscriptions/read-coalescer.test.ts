import { describe, expect, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { fixedClock, waitFor } from '@tributary/testing';
import { streamEventLog } from './event-stream.ts';
import type { EventPage } from './log-reader.ts';
import { createReadSharing } from './read-coalescer.ts';

const pageSize = 100;

/** A log that subscribers follow together; `reads` are the cursors it was asked after, each with the key it was asked for. */
function aLog() {
  const clock = fixedClock();
  const share = createReadSharing({ clock });
  const listeners = new Set<() => void>();
  const log = { length: 0, reads: [] as string[], failures: 0 };
  let gate = Promise.resolve();

  async function page(after: number): Promise<EventPage> {
    const size = Math.min(pageSize, log.length - after);
    const events = Array.from({ length: size }, (_, index) => ({
      cursor: after + index + 1,
      result: { data: { n: after + index + 1 } },
    }));
    await gate;
    if (log.failures-- > 0) throw unavailable('away');
    return { events, isFull: size === pageSize, endCursor: null };
  }

  return {
    log,
    clock,
    /** Reads end no sooner than this. */
    hold(until: Promise<void>) {
      gate = until;
    },
    grow(length: number) {
      log.length = length;
      for (const onSignal of listeners) onSignal();
    },
    follow(options: { after?: number; key?: string; rights?: () => Promise<void> } = {}) {
      const { after = 0, key = 'equal', rights = async () => undefined } = options;
      const reader = share();
      const stream = streamEventLog({
        clock,
        after,
        read: (from, signal) =>
          reader.read(from, signal, async () => {
            await rights();
            return {
              key,
              read: (cursor) => {
                log.reads.push(`${key} ${cursor}`);
                return page(cursor);
              },
            };
          }),
        async subscribe(onSignal) {
          const listener = reader.listen(onSignal);
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      });
      const next = async () => (await stream.next()).value?.data?.n;
      return { stream, next };
    },
  };
}

const all = (subscribers: { next(): Promise<unknown> }[]) => Promise.all(subscribers.map(({ next }) => next()));
const times = (count: number, value: number) => Array.from({ length: count }, () => value);

describe('equal subscribers', () => {
  test('share one read per event, however long each takes to show its rights', async () => {
    const { log, follow, grow } = aLog();
    const subscribers = Array.from({ length: 100 }, (_, index) =>
      follow({
        rights: async () => {
          for (let turns = 0; turns < index; turns++) await Promise.resolve();
        },
      }),
    );
    grow(1);
    expect(await all(subscribers)).toEqual(times(100, 1));
    for (let length = 2; length <= 10; length++) {
      log.reads.length = 0;
      const events = all(subscribers);
      await new Promise(setImmediate);
      log.reads.length = 0;
      grow(length);
      expect(await events).toEqual(times(100, length));
      expect(log.reads).toEqual([`equal ${length - 1}`]);
    }
  });

  test('that come later have their own pages until they have caught up, and share from there', async () => {
    const { log, follow, grow } = aLog();
    grow(250);
    const [early, late] = [follow({ after: 249 }), follow()];
    expect(await early.next()).toBe(250);
    for (let n = 1; n <= 250; n++) expect(await late.next()).toBe(n);
    const events = all([early, late]);
    await new Promise(setImmediate);
    log.reads.length = 0;
    grow(251);
    expect(await events).toEqual([251, 251]);
    expect(log.reads).toEqual(['equal 250']);
  });

  test('that take nothing hold nobody up, and have every event once in the end', async () => {
    const { follow, grow } = aLog();
    const [slow, fast] = [follow(), follow()];
    grow(1);
    expect(await all([slow, fast])).toEqual([1, 1]);
    for (let length = 2; length <= 350; length++) {
      grow(length);
      expect(await fast.next()).toBe(length);
    }
    for (let n = 2; n <= 350; n++) expect(await slow.next()).toBe(n);
  });

  test('lose only the one whose rights are gone', async () => {
    const { follow, grow } = aLog();
    let isRevoked = false;
    const revoked = follow({
      rights: async () => {
        if (isRevoked) throw new Error('revoked');
      },
    });
    const others = [follow(), follow()];
    grow(1);
    await all([revoked, ...others]);
    isRevoked = true;
    const end = expect(revoked.next()).rejects.toThrow('revoked');
    const events = all(others);
    grow(2);
    await end;
    expect(await events).toEqual([2, 2]);
  });

  test('lose only the one that goes away while they read, and it ends at once', async () => {
    const { log, follow, grow, hold } = aLog();
    let open = () => {};
    hold(
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    const [leaving, staying] = [follow(), follow()];
    log.length = 1;
    const [left, stayed] = [leaving.next(), staying.next()];
    await waitFor(() => log.reads.length === 1);
    await leaving.stream.return?.();
    expect(await left).toBeUndefined();
    open();
    expect(await stayed).toBe(1);
    grow(2);
    expect(await staying.next()).toBe(2);
  });

  test('read again for news that comes while they read', async () => {
    const { log, follow, grow, hold } = aLog();
    let open = () => {};
    hold(
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    const subscribers = [follow(), follow()];
    const events = all(subscribers);
    await waitFor(() => log.reads.length === 1);
    grow(1);
    open();
    expect(await events).toEqual([1, 1]);
    expect(log.reads).toEqual(['equal 0', 'equal 0']);
  });

  test('try again together while a subgraph is away', async () => {
    const { log, clock, follow } = aLog();
    log.failures = 1;
    log.length = 1;
    const events = all([follow(), follow()]);
    await waitFor(() => log.reads.length === 1);
    await new Promise(setImmediate);
    clock.advance(250);
    expect(await events).toEqual([1, 1]);
    expect(log.reads).toEqual(['equal 0', 'equal 0']);
  });

  test('all learn what one found that looked without a signal', async () => {
    const { log, clock, follow } = aLog();
    const first = follow();
    const waiting = [first.next()];
    await waitFor(() => log.reads.length === 1);
    clock.advance(4_000);
    const second = follow();
    waiting.push(second.next());
    await waitFor(() => log.reads.length === 2);
    await new Promise(setImmediate);
    log.length = 1;
    // The first looks after five seconds, which the second did one second before; then it is the second's turn.
    clock.advance(1_000);
    await new Promise(setImmediate);
    expect(log.reads).toHaveLength(2);
    clock.advance(4_000);
    expect(await Promise.all(waiting)).toEqual([1, 1]);
    expect(log.reads).toHaveLength(3);
  });
});

test('subscribers that differ share nothing', async () => {
  const { log, follow, grow } = aLog();
  const subscribers = [follow({ key: 'a' }), follow({ key: 'b' })];
  grow(1);
  expect(await all(subscribers)).toEqual([1, 1]);
  expect(log.reads.sort()).toEqual(['a 0', 'b 0']);
});
