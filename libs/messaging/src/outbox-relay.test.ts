import { describe, expect, test } from '@jest/globals';
import { createLog, unavailable } from '@tributary/core';
import { fixedClock, waitFor } from '@tributary/testing';
import type { OutgoingMessage } from './broker.ts';
import { startOutboxRelay } from './outbox-relay.ts';

interface Faults {
  send?(id: string): Promise<void>;
  markSent?(id: string): Promise<void>;
  ready?(): boolean;
}

/** A relay over rows in memory; a row put off stays away until the test puts it back into `waiting`. */
function aRelay(ids: string[], { send, markSent, ready = () => true }: Faults = {}) {
  const clock = fixedClock();
  const rows = ids.map((messageId): OutgoingMessage => ({ messageId, type: 't', routingKey: 't', body: {} }));
  const waiting = [...rows];
  const [tried, marked, released, putOff]: [string[], string[], string[], string[]] = [[], [], [], []];
  let claims = 0;
  const relay = startOutboxRelay<OutgoingMessage>({
    clock,
    log: createLog('test', 'silent'),
    pollMs: 1_000,
    publisher: {
      ready,
      async send({ messageId }) {
        tried.push(messageId);
        await send?.(messageId);
      },
    },
    store: {
      async claim(limit) {
        claims += 1;
        return waiting.splice(0, limit);
      },
      async markSent({ messageId }) {
        await markSent?.(messageId);
        marked.push(messageId);
      },
      async release(row) {
        released.push(row.messageId);
        waiting.push(row);
      },
      async postpone({ messageId }) {
        putOff.push(messageId);
      },
    },
  });
  return { relay, clock, rows, waiting, tried, marked, released, putOff, claims: () => claims };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));

describe('startOutboxRelay', () => {
  test('sends what a crash left behind, oldest first, and marks it after the confirm', async () => {
    const ids = numbered(120);
    const { relay, tried, marked } = aRelay(ids, {
      send: (id) => (marked.includes(id) ? Promise.reject(new Error('marked before the confirm')) : Promise.resolve()),
    });
    await waitFor(() => marked.length === 120);
    expect(tried).toEqual(ids);
    expect(marked.toSorted()).toEqual(ids.toSorted());
    await relay.stop();
  });

  test('sends at once when nudged, without waiting for the next sweep', async () => {
    const { relay, waiting, rows, marked } = aRelay(['1']);
    await waitFor(() => marked.length === 1);
    waiting.push(...rows);
    relay.nudge();
    await waitFor(() => marked.length === 2);
    await relay.stop();
  });

  test('a message that is never confirmed holds up only those in flight with it until then', async () => {
    const confirms: (() => void)[] = [];
    const { relay, tried, marked } = aRelay(numbered(100), {
      send: (id) => (id === '1' ? new Promise<void>((resolve) => confirms.push(resolve)) : Promise.resolve()),
    });
    await waitFor(() => marked.length === 49);
    expect(tried).toHaveLength(50);
    for (const confirm of confirms) confirm();
    await waitFor(() => marked.length === 100);
    await relay.stop();
  });

  test('puts off what the broker does not take, however much it is, and sends what lies behind it', async () => {
    const ids = numbered(130);
    const { relay, marked, putOff, released } = aRelay(ids, {
      send: async (id) => {
        if (Number(id) <= 120) throw unavailable('No queue takes it.');
      },
    });
    await waitFor(() => marked.length === 10);
    expect({ marked, putOff, released }).toEqual({ marked: ids.slice(120), putOff: ids.slice(0, 120), released: [] });
    await relay.stop();
  });

  test('claims nothing while the broker is away, and sends at the first look once it is back', async () => {
    let isReady = false;
    const { relay, clock, claims, marked } = aRelay(['1'], { ready: () => isReady });
    relay.nudge();
    clock.advance(1_000);
    await new Promise(setImmediate);
    expect(claims()).toBe(0);
    isReady = true;
    await waitFor(() => {
      clock.advance(1_000);
      return marked.length === 1;
    });
    await relay.stop();
  });

  test('a broker lost in the middle: what was not confirmed is released, and nothing is tried again before it is back', async () => {
    let isReady = true;
    const ids = numbered(100);
    const { relay, tried, marked, released, putOff } = aRelay(ids, {
      ready: () => isReady,
      async send(id) {
        if (Number(id) <= 50) return;
        isReady = false;
        throw unavailable('gone');
      },
    });
    await waitFor(() => released.length === 50);
    relay.nudge();
    await relay.stop();
    expect({ tried, marked, putOff }).toEqual({ tried: ids, marked: ids.slice(0, 50), putOff: [] });
  });

  test('goes on with the rest of a batch when a row cannot be marked', async () => {
    const { relay, tried, marked, released, putOff } = aRelay(['1', '2'], {
      async markSent(id) {
        if (id === '1') throw new Error('the database is gone');
      },
    });
    await waitFor(() => marked.length === 1);
    expect({ tried, marked, released, putOff }).toEqual({ tried: ['1', '2'], marked: ['2'], released: [], putOff: [] });
    await relay.stop();
  });

  test('releases the rest of a slow batch well before its lease ends', async () => {
    const slow = aRelay(numbered(52), {
      async send() {
        if (slow.tried.length === 1) slow.clock.advance(5_001);
      },
    });
    await waitFor(() => slow.released.length === 2);
    expect(slow.released).toEqual(['51', '52']);
    await slow.relay.stop();
  });

  test('stop waits for what is in flight and releases the rest', async () => {
    let confirm: () => void = () => undefined;
    const { relay, tried, marked, released } = aRelay(numbered(51), {
      send: (id) => (id === '1' ? new Promise<void>((resolve) => (confirm = resolve)) : Promise.resolve()),
    });
    await waitFor(() => tried.length === 50);
    const stopped = relay.stop();
    confirm();
    await stopped;
    expect({ marked: marked.length, released }).toEqual({ marked: 50, released: ['51'] });
  });
});
