import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Clock, createLog, systemClock } from '@tributary/core';
import { uploadAccepted, uploadFinished } from '@tributary/events';
import { type Broker, connectBroker, type Delivery, type OutboxStore, startOutboxRelay } from '@tributary/messaging';
import { createTestDatabase, createTestVhost, type TestDatabase, type TestVhost, waitFor } from '@tributary/testing';
import {
  createOutboxStore,
  openUploadsDb,
  recordUpdates,
  type UploadsDb,
  type UploadsOutboxRow,
} from '@tributary/uploads-db';
import { fillOutbox } from '../fixtures/fill-outbox.ts';

const log = createLog('relay', 'silent');
const leaseMs = 10_000;
const restOfLeaseMs = 3_000;
let database: TestDatabase;
let vhost: TestVhost;
let db: UploadsDb;
let broker: Broker;
let deliveries: Delivery[];

beforeAll(async () => {
  [database, vhost] = await Promise.all([createTestDatabase('uploads'), createTestVhost()]);
  db = openUploadsDb(database.url, { connections: 20 });
  broker = await connectBroker({ url: vhost.url, log });
  const queue = { name: 'loader', bindings: [uploadAccepted.binding], prefetch: 50 };
  await broker.consume(queue, async (delivery) => {
    deliveries.push(delivery);
    return { ack: true };
  });
}, 60_000);
afterAll(async () => {
  await broker.close();
  await db.close();
  await Promise.all([database.drop(), vhost.drop()]);
});

type Relay = ReturnType<typeof startOutboxRelay>;
let relays: Relay[];
beforeEach(() => {
  [deliveries, relays] = [[], []];
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await db.client.outboxMessage.deleteMany();
});

type Publisher = Pick<Broker, 'send' | 'ready'>;
const aStore = (clock: Clock = systemClock) => createOutboxStore(db, { clock, onEvents: () => undefined });
const relayOf = (store: OutboxStore<UploadsOutboxRow>, publisher: Publisher = broker) =>
  startOutboxRelay({ store, publisher, clock: systemClock, log, pollMs: 1_000 });

/** One replica: what it sent, in its order. It is stopped at the end of the test. */
function startReplica({ store = aStore(), publisher = broker }: { store?: Store; publisher?: Publisher } = {}) {
  const sent: string[] = [];
  const noting: Publisher = {
    ready: publisher.ready,
    send(message) {
      sent.push(message.messageId);
      return publisher.send(message);
    },
  };
  const relay = relayOf(store, noting);
  relays.push(relay);
  return { sent, relay };
}
type Store = OutboxStore<UploadsOutboxRow>;

const idOf = ({ body }: Pick<Delivery, 'body'>) => uploadAccepted.body.parse(body).uploadId;
const isEmpty = async () => (await db.client.outboxMessage.count()) === 0;
const allSent = (timeoutMs = 30_000) => waitFor(isEmpty, { what: 'the outbox to be empty', timeoutMs });
const delivered = (count: number) =>
  waitFor(() => deliveries.length >= count, { what: `${count} deliveries`, timeoutMs: 30_000 });

/** Every upload's log says once that the broker has it. */
async function expectQueued(ids: readonly string[]) {
  const queued = await db.client.upload.findMany({ where: { id: { in: [...ids] } } });
  const ends = new Set(queued.map(({ status, cursor }) => `${status} ${cursor}`));
  expect({ count: queued.length, ends }).toEqual({ count: ids.length, ends: new Set(['QUEUED 2']) });
}

test('three replicas send every message once, each oldest first, and each upload is QUEUED once', async () => {
  const ids = await fillOutbox(db, 90);
  const order = await db.client.outboxMessage.findMany({ orderBy: { id: 'asc' } });
  const replicas = [startReplica(), startReplica(), startReplica()];
  await allSent();
  await delivered(90);
  expect(deliveries.map(idOf).sort()).toEqual(ids.toSorted());
  for (const { sent } of replicas) {
    expect(sent).toEqual(order.map(({ messageId }) => messageId).filter((id) => sent.includes(id)));
  }
  await expectQueued(ids);
});

describe('a replica that dies, as the table and the broker see it,', () => {
  /** Its leases are nearly over when it gets them, so that the test need not wait for all of their ten seconds. */
  const aDyingStore = () => aStore({ ...systemClock, now: () => new Date(Date.now() - leaseMs + restOfLeaseMs) });
  /** It does nothing any more, and nothing of it comes to an end. */
  const never = () => new Promise<never>(() => undefined);
  const deaths: [string, number, () => { store: Store; publisher: Publisher }][] = [
    ['between claim and send', 0, () => ({ store: aDyingStore(), publisher: { ready: () => true, send: never } })],
    [
      'between send and confirm',
      50,
      () => ({
        store: aDyingStore(),
        publisher: { ready: () => true, send: (message) => broker.send(message).then(never) },
      }),
    ],
    ['between confirm and mark', 50, () => ({ store: { ...aDyingStore(), markSent: never }, publisher: broker })],
  ];

  test.each(deaths)(
    '%s: the others send the rest at once, and its rows when its lease has run out; at most the %d in flight come twice',
    async (_moment, twice, dying) => {
      const ids = await fillOutbox(db, 130);
      const { store, publisher } = dying();
      relayOf(store, publisher);
      const claimed = () => db.client.outboxMessage.count({ where: { claimedUntil: { not: null } } });
      await waitFor(async () => (await claimed()) === 100, { what: 'the one that dies to claim its rows' });
      await delivered(twice);

      const messages = await db.client.outboxMessage.findMany({ orderBy: { id: 'asc' } });
      const order = messages.map(({ messageId }) => messageId);
      const { sent } = startReplica();
      await allSent();
      await delivered(130 + twice);
      expect(sent).toEqual([...order.slice(100), ...order.slice(0, 100)]);
      expect(new Set(deliveries.map(idOf))).toEqual(new Set(ids));
      expect(deliveries).toHaveLength(130 + twice);
      expect(new Set(deliveries.map(({ messageId }) => messageId)).size).toBe(130);
      await expectQueued(ids);
    },
  );

  test('after it recorded the end of an upload and before it sent the message: another sends it at its next look', async () => {
    const [id = ''] = await fillOutbox(db, 1);
    startReplica();
    await allSent();
    const finished: string[] = [];
    const queue = { name: 'notifier', bindings: [uploadFinished.binding], prefetch: 1 };
    const consumer = await broker.consume(queue, async ({ body }) => {
      finished.push(uploadFinished.body.parse(body).uploadId);
      return { ack: true };
    });
    const counts = { rowsRead: 1, rowsLoaded: 1, rowsRejected: 0 };
    await recordUpdates(db, id, { type: 'loaded', counts, problems: [], conditions: [], version: 1 }, new Date());
    await waitFor(() => finished.length > 0, { timeoutMs: 5_000, what: 'the message about its end' });
    await allSent();
    expect(finished).toEqual([id]);
    await consumer.stop();
  });
});

test('while the broker is away nothing is claimed and uploads stay RECEIVED; at the next look after it is back all are sent', async () => {
  let isAway = true;
  const publisher = { ready: () => !isAway && broker.ready(), send: broker.send };
  const { relay } = startReplica({ publisher });
  const ids = await fillOutbox(db, 5);
  for (const _ of ids) relay.nudge();
  const rows = await db.client.outboxMessage.findMany();
  expect(rows.map(({ claimedUntil }) => claimedUntil)).toEqual(ids.map(() => null));
  const waiting = await db.client.upload.findMany({ where: { id: { in: ids } } });
  expect(new Set(waiting.map(({ status }) => status))).toEqual(new Set(['RECEIVED']));
  isAway = false;
  await allSent(5_000);
  await expectQueued(ids);
});

test('every connection cut while messages are sent: each is sent, in spite of it', async () => {
  const ids = await fillOutbox(db, 100);
  startReplica();
  startReplica();
  await delivered(20);
  await vhost.closeConnections();
  await allSent();
  await waitFor(() => new Set(deliveries.map(idOf)).size === 100, { what: 'every message at least once' });
  await expectQueued(ids);
});

test('messages no queue takes stay and hold nothing up, and are sent once a queue is bound', async () => {
  const own = await createTestVhost();
  const unbound = await connectBroker({ url: own.url, log });
  const finished: string[] = [];
  const bind = (name: string, binding: string) =>
    unbound.consume({ name, bindings: [binding], prefetch: 50 }, async ({ type, body }) => {
      if (type === uploadFinished.type) finished.push(uploadFinished.body.parse(body).uploadId);
      return { ack: true };
    });
  await bind('loader', uploadAccepted.binding);

  const ends = await fillOutbox(db, 60);
  const counts = { rowsRead: 0, rowsLoaded: 0, rowsRejected: 0 };
  const fact = { type: 'failed', counts, problems: [], failure: 'empty' } as const;
  for (const id of ends) await recordUpdates(db, id, fact, new Date());
  await fillOutbox(db, 5);
  const { sent } = startReplica({ publisher: unbound });
  const left = () => db.client.outboxMessage.findMany({ orderBy: { id: 'asc' } });
  await waitFor(async () => (await left()).length === 60, { what: 'what has a queue to be sent', timeoutMs: 40_000 });
  await waitFor(() => sent.length > 2 * 60 + 65, { what: 'the others to be tried again', timeoutMs: 40_000 });
  expect((await left()).map(({ uploadId, type }) => [uploadId, type])).toEqual(
    ends.map((id) => [id, uploadFinished.type]),
  );

  await bind('notifier', uploadFinished.binding);
  await allSent();
  await waitFor(() => finished.length === 60, { what: 'every message about an end' });
  expect(finished.toSorted()).toEqual(ends.toSorted());
  await unbound.close();
  await own.drop();
}, 60_000);
