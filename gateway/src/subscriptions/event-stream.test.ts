import { describe, expect, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { fixedClock, waitFor } from '@tributary/testing';
import { streamEventLog } from './event-stream.ts';
import type { EventPage } from './log-reader.ts';

/** A log of numbered events that a test lets grow; `reads` are the cursors it was asked after. */
function aLog(options: { length: number; pageSize?: number }) {
  const log = { length: options.length, isEnded: false, reads: [] as number[], failures: 0, listeners: 0 };
  const clock = fixedClock();
  let signal = () => {};
  const stream = streamEventLog({
    clock,
    after: 0,
    async read(after): Promise<EventPage> {
      log.reads.push(after);
      if (log.failures-- > 0) throw unavailable('away');
      const size = Math.min(options.pageSize ?? 100, log.length - after);
      const events = Array.from({ length: size }, (_, index) => ({
        cursor: after + index + 1,
        result: { data: { n: after + index + 1 } },
      }));
      return { events, isFull: size === options.pageSize, endCursor: log.isEnded ? log.length : null };
    },
    async subscribe(onSignal) {
      signal = onSignal;
      log.listeners++;
      return () => void log.listeners--;
    },
  });
  const next = async () => {
    const { done, value } = await stream.next();
    return done ? 'done' : value.data?.n;
  };
  return { log, clock, stream, next, signal: () => signal() };
}

describe('followLog', () => {
  test('listens before it reads, reads page after page, and completes after the last event', async () => {
    const { log, next } = aLog({ length: 3, pageSize: 2 });
    log.isEnded = true;
    expect([await next(), await next(), await next(), await next()]).toEqual([1, 2, 3, 'done']);
    expect(log).toMatchObject({ reads: [0, 2], listeners: 0 });
  });

  test('reads nothing more while the consumer has not taken what is there', async () => {
    const { log, next, signal } = aLog({ length: 2 });
    expect(await next()).toBe(1);
    log.length = 5;
    signal();
    signal();
    expect(log.reads).toEqual([0]);
    expect([await next(), await next()]).toEqual([2, 3]);
    expect(log.reads).toEqual([0, 2]);
  });

  test('a signal ends the wait; without one it looks again after five seconds', async () => {
    const { log, clock, next, signal } = aLog({ length: 0 });
    const first = next();
    await waitFor(() => log.reads.length === 1);
    log.length = 1;
    signal();
    expect(await first).toBe(1);
    const second = next();
    log.length = 2;
    await waitFor(() => {
      clock.advance(5_000);
      return log.reads.length === 3;
    });
    expect(await second).toBe(2);
  });

  test('the longer a log rests the less often it is looked at, every 20 seconds in the end, until there is news', async () => {
    const { log, clock, next, signal } = aLog({ length: 0 });
    const event = next();
    for (const [index, quietMs] of [5_000, 10_000, 20_000, 20_000].entries()) {
      await waitFor(() => log.reads.length === index + 1);
      await new Promise(setImmediate);
      clock.advance(quietMs - 1);
      await new Promise(setImmediate);
      expect(log.reads).toHaveLength(index + 1);
      clock.advance(1);
    }
    await waitFor(() => log.reads.length === 5);
    await new Promise(setImmediate);
    signal();
    await waitFor(() => log.reads.length === 6);
    await new Promise(setImmediate);
    log.length = 1;
    clock.advance(5_000);
    expect(await event).toBe(1);
  });

  test('UNAVAILABLE is tried again after a growing delay', async () => {
    const { log, clock, next } = aLog({ length: 1 });
    log.failures = 2;
    const event = next();
    await waitFor(() => log.reads.length === 1);
    clock.advance(250);
    await waitFor(() => log.reads.length === 2);
    clock.advance(499);
    expect(log.reads).toHaveLength(2);
    clock.advance(1);
    expect(await event).toBe(1);
  });

  test('return() ends a stream that waits, and its listener', async () => {
    const { log, stream, next } = aLog({ length: 0 });
    const waiting = next();
    await waitFor(() => log.reads.length === 1);
    await stream.return?.();
    expect([await waiting, log.listeners]).toEqual(['done', 0]);
  });
});
