import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { uploadAccepted } from '@tributary/events';
import { type Broker, connectBroker } from '@tributary/messaging';
import { createTestDatabase, createTestVhost, type TestDatabase, type TestVhost, waitFor } from '@tributary/testing';
import { openUploadsDb, type UploadsDb } from '@tributary/uploads-db';
import { fillOutbox } from '../fixtures/fill-outbox.ts';

const log = createLog('relay', 'silent');
const program = fileURLToPath(new URL('../fixtures/relay-process.mjs', import.meta.url));
let database: TestDatabase;
let vhost: TestVhost;
let db: UploadsDb;
let broker: Broker;
const messageIds: string[] = [];
const relays = new Set<ChildProcess>();

beforeAll(async () => {
  [database, vhost] = await Promise.all([createTestDatabase('uploads'), createTestVhost()]);
  db = openUploadsDb(database.url);
  broker = await connectBroker({ url: vhost.url, log });
  const queue = { name: 'loader', bindings: [uploadAccepted.binding], prefetch: 50 };
  await broker.consume(queue, async ({ messageId }) => {
    messageIds.push(messageId);
    return { ack: true };
  });
}, 60_000);
afterAll(async () => {
  await Promise.all([...relays].map(kill));
  await broker.close();
  await db.close();
  await Promise.all([database.drop(), vhost.drop()]);
});

const start = () =>
  relays.add(spawn(process.execPath, [program, database.url, vhost.url], { stdio: ['pipe', 'ignore', 'ignore'] }));

async function kill(relay: ChildProcess) {
  const gone = new Promise((resolve) => relay.once('exit', resolve));
  if (relay.exitCode === null && relay.signalCode === null && relay.kill('SIGKILL')) await gone;
  relays.delete(relay);
}

test('three relays, killed one after the other in the middle of sending: every message is sent, none is lost', async () => {
  for (let count = 0; count < 3; count += 1) start();
  const ids: string[] = [];
  for (let kills = 0; kills < 4; kills += 1) {
    const sentBefore = messageIds.length;
    ids.push(...(await fillOutbox(db, 25)));
    await waitFor(() => messageIds.length > sentBefore, { what: 'a relay to send', timeoutMs: 20_000 });
    const [oldest] = relays;
    if (oldest) await kill(oldest);
    start();
  }
  const isEmpty = async () => (await db.client.outboxMessage.count()) === 0;
  await waitFor(isEmpty, { what: 'the outbox to be empty', timeoutMs: 30_000 });
  await waitFor(() => new Set(messageIds).size === ids.length, { what: 'every message' });
  const uploads = await db.client.upload.findMany();
  expect(uploads.map(({ id, status, cursor }) => `${id} ${status} ${cursor}`).sort()).toEqual(
    ids.map((id) => `${id} QUEUED 2`).sort(),
  );
}, 120_000);
