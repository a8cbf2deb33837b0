import { describe, expect, test } from '@jest/globals';
import { createLog, unavailable } from '@tributary/core';
import { fixedClock, waitFor } from '@tributary/testing';
import type { OutgoingMessage } from './broker.ts';
import { startOutboxRelay } from './start-outbox-relay.ts';

/** A relay over rows in memory; `send` and `markSent` may be made to fail. */
function aRelay(ids: string[], { send = async (_id: string) => {}, markSent = async (_id: string) => {} } = {}) {
  const clock = fixedClock();
  const rows = ids.map((messageId): OutgoingMessage => ({ messageId, type: 't', routingKey: 't', body: {} }));
  const waiting = [...rows];
  const sent: string[] = [];
  const marked: string[] = [];
  const released: string[] = [];
  const relay = startOutboxRelay<OutgoingMessage>({
    clock,
    log: createLog('test', 'silent'),
    pollMs: 1_000,
    publisher: {
      async send({ messageId }) {
        await send(messageId);
        sent.push(messageId);
      },
    },
    store: {
      claim: async (limit) => waiting.splice(0, limit),
      async markSent({ messageId }) {
        await markSent(messageId);
        marked.push(messageId);
      },
      async release(row) {
        released.push(row.messageId);
        waiting.push(row);
      },
    },
  });
  return { relay, clock, rows, waiting, sent, marked, released };
}

describe('startOutboxRelay', () => {
  test('sends what a crash left behind, oldest first, and marks it after the confirm', async () => {
    const { relay, sent, marked } = aRelay(['1', '2', '3']);
    await waitFor(() => marked.length === 3);
    expect(sent).toEqual(['1', '2', '3']);
    expect(marked).toEqual(sent);
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

  test('keeps what could not be sent, sends the others, and tries again at the next sweep', async () => {
    let isDown = true;
    const { relay, clock, marked, released } = aRelay(['1', '2'], {
      async send(id) {
        if (id === '1' && isDown) throw unavailable('down');
      },
    });
    await waitFor(() => marked.length === 1);
    expect(released).toEqual(['1']);
    isDown = false;
    await waitFor(() => {
      clock.advance(1_000);
      return marked.includes('1');
    });
    await relay.stop();
  });

  test('goes on with the rest of a batch when a row cannot be marked', async () => {
    const { relay, sent, marked, released } = aRelay(['1', '2'], {
      async markSent(id) {
        if (id === '1') throw new Error('the database is gone');
      },
    });
    await waitFor(() => marked.length === 1);
    expect({ sent, marked, released }).toEqual({ sent: ['1', '2'], marked: ['2'], released: [] });
    await relay.stop();
  });

  test('releases the rest of a slow batch well before its lease ends', async () => {
    const slow = aRelay(['1', '2'], {
      async send() {
        slow.clock.advance(31_000);
      },
    });
    await waitFor(() => slow.marked.length === 1);
    await waitFor(() => slow.released.length === 1);
    expect(slow.released).toEqual(['2']);
    await slow.relay.stop();
  });
});
