import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLog, systemClock, unavailable } from '@tributary/core';
import { uploadReceived } from '@tributary/events';
import { type Broker, connectBroker, type Delivery, startOutboxRelay } from '@tributary/messaging';
import { createTestVhost, fixedClock, type TestVhost, waitFor } from '@tributary/testing';
import { createOutboxStore } from '@tributary/uploads-db';
import { aViewer, openUploads } from '../fixtures/open-uploads.ts';

const log = createLog('relay', 'silent');
let uploads: Awaited<ReturnType<typeof openUploads>>;
let vhost: TestVhost;
let broker: Broker;
const deliveries: Delivery[] = [];

beforeAll(async () => {
  [uploads, vhost] = await Promise.all([openUploads(), createTestVhost()]);
  broker = await connectBroker({ url: vhost.url, log });
  await broker.consume({ name: 'loader', bindings: [uploadReceived.binding], prefetch: 10 }, async (delivery) => {
    deliveries.push(delivery);
    return { ack: true };
  });
}, 60_000);
afterAll(async () => {
  await broker.close();
  await Promise.all([uploads.close(), vhost.drop()]);
});

const idOf = ({ body }: Delivery) => uploadReceived.body.parse(body).uploadId;
const isEmpty = async () => (await uploads.leftBehind()).messages === 0;

function startRelay({
  now = systemClock,
  publisher = broker,
}: {
  now?: typeof systemClock;
  publisher?: Pick<Broker, 'send'>;
} = {}) {
  const store = createOutboxStore(uploads.db, { clock: now, onEvents: () => undefined });
  return startOutboxRelay({ store, publisher, clock: systemClock, log, pollMs: 50 });
}

test('two replicas send every message once, and each upload is QUEUED once its message is confirmed', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => uploads.uploaded(aViewer())));
  const relays = [startRelay(), startRelay()];
  await waitFor(isEmpty, { what: 'the outbox to be empty' });
  await waitFor(() => deliveries.length >= 12, { what: 'all messages' });
  await Promise.all(relays.map((relay) => relay.stop()));
  expect(deliveries.map(idOf).sort()).toEqual(ids.sort());
  const queued = await uploads.db.client.upload.findMany({ where: { id: { in: ids } } });
  expect(new Set(queued.map(({ status, cursor }) => `${status} ${cursor}`))).toEqual(new Set(['QUEUED 2']));
});

test('while the broker is away the message stays and the upload is RECEIVED; when it is back it is sent', async () => {
  const id = await uploads.uploaded(aViewer());
  let attempts = 0;
  const away = {
    async send() {
      attempts += 1;
      throw unavailable('The broker is away.');
    },
  };
  const relay = startRelay({ publisher: away });
  await waitFor(() => attempts >= 2, { what: 'two attempts' });
  await relay.stop();
  expect(await uploads.db.client.upload.findUnique({ where: { id } })).toMatchObject({ status: 'RECEIVED', cursor: 1 });
  const back = startRelay();
  await waitFor(isEmpty, { what: 'the outbox to be empty' });
  await back.stop();
  expect(await uploads.db.client.upload.findUnique({ where: { id } })).toMatchObject({ status: 'QUEUED', cursor: 2 });
});

test('a relay that died between confirm and mark: another sends the same message again once the lease ran out', async () => {
  const id = await uploads.uploaded(aViewer());
  const died = createOutboxStore(uploads.db, { clock: systemClock, onEvents: () => undefined });
  const [row] = await died.claim(10, 60_000);
  if (row === undefined) throw new Error('nothing to send');
  await broker.send(row);
  const early = startRelay();
  early.nudge();
  await early.stop();
  expect(await isEmpty()).toBe(false);

  const later = startRelay({ now: fixedClock(new Date(Date.now() + 61_000)) });
  await waitFor(isEmpty, { what: 'the outbox to be empty' });
  await waitFor(() => deliveries.filter((delivery) => idOf(delivery) === id).length === 2, { what: 'both deliveries' });
  await later.stop();
  const messageIds = deliveries.filter((delivery) => idOf(delivery) === id).map(({ messageId }) => messageId);
  expect(new Set(messageIds).size).toBe(1);
  expect(await uploads.db.client.upload.findUnique({ where: { id } })).toMatchObject({ status: 'QUEUED', cursor: 2 });
});
