import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { resetRequested } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { fixedClock, openTestDatabase } from '@tributary/testing';
import { openUsersDb } from './client.ts';
import { addToOutbox, createOutboxStore } from './outbox-store.ts';

const start = new Date('2026-01-02T03:04:05.678Z');

const { db, close } = await openTestDatabase('users', openUsersDb);
afterAll(close);
beforeEach(() => db.query((client) => client.outboxMessage.deleteMany()));

const aMessage = () =>
  outgoingMessage(resetRequested, {
    resetId: randomUUID(),
    user: { email: 'ann@example.com', name: 'Ann' },
    token: 'a'.repeat(43),
    expiresAt: start.toISOString(),
  });

/** The ids of messages put into the outbox, in order. */
async function messages(count: number): Promise<string[]> {
  const made = Array.from({ length: count }, aMessage);
  for (const message of made) await db.transaction((tx) => addToOutbox(tx, message, start));
  return made.map(({ messageId }) => messageId);
}

function aStore() {
  const clock = fixedClock(start);
  return { clock, store: createOutboxStore(db, { clock }) };
}

const idsOf = (rows: readonly { messageId: string }[]) => rows.map(({ messageId }) => messageId);

test('a message of a transaction that throws is not sent', async () => {
  const work = db.transaction(async (tx) => {
    await addToOutbox(tx, aMessage(), start);
    throw new Error('changed its mind');
  });
  await expect(work).rejects.toThrow('changed its mind');
  expect(await aStore().store.claim(10, 1000)).toEqual([]);
});

test('relays that claim at the same time never get the same row, and each gets its rows oldest first', async () => {
  const ids = await messages(12);
  const { store } = aStore();
  const claims = (await Promise.all(Array.from({ length: 3 }, () => store.claim(3, 1000)))).map(idsOf);
  const rest = idsOf(await store.claim(12, 1000));
  expect([...claims.flat(), ...rest].sort()).toEqual(ids.toSorted());
  for (const claim of claims) expect(claim).toEqual(ids.filter((id) => claim.includes(id)));
  expect(await store.claim(12, 1000)).toEqual([]);
});

test('a lease that ran out frees its row; who lost it can neither release it nor put it off; sent, it is gone', async () => {
  await messages(1);
  const { store, clock } = aStore();
  const [late] = await store.claim(1, 1000);
  clock.advance(1001);
  const [held] = await store.claim(1, 1000);
  if (late === undefined || held === undefined) throw new Error('nothing was claimed');
  expect(held.body).toEqual(late.body);
  await store.release(late);
  await store.postpone(late);
  expect(await store.claim(1, 1000)).toEqual([]);
  await store.postpone(held);
  clock.advance(1001);
  expect(idsOf(await store.claim(1, 1000))).toEqual([held.messageId]);
  await store.markSent(held);
  await store.markSent(held);
  expect(await db.query((client) => client.outboxMessage.count())).toBe(0);
});
