import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { createTestVhost, type TestVhost, waitFor } from '@tributary/testing';
import { connectBroker } from './amqp-broker.ts';
import type { Broker, Delivery, Outcome } from './broker.ts';
import { type DeadLetters, openDeadLetters } from './dead-letters.ts';

const log = createLog('test', 'silent');
const uploadId = '8a4e0e5e-27f5-4f0b-93f5-1f5f51f7f001';

let vhost: TestVhost;
let broker: Broker;
let letters: DeadLetters;
let outcome: (delivery: Delivery) => Outcome;
const handled: Delivery[] = [];

beforeAll(async () => {
  vhost = await createTestVhost();
  broker = await connectBroker({ url: vhost.url, log });
  await broker.consume({ name: 'loader', bindings: ['file.#'], prefetch: 1 }, async (delivery) => {
    handled.push(delivery);
    return outcome(delivery);
  });
  await waitFor(() => broker.ready());
  letters = await openDeadLetters({ url: vhost.url, workers: ['loader', 'never-started'] });
});
afterAll(async () => {
  await letters.close();
  await broker.close();
  await vhost.drop();
});

const listedIds = async () => (await letters.list()).map(({ id }) => id);

/** Three dead letters, `a`, `b` and `c`; from then on the worker acks. */
beforeEach(async () => {
  await letters.discard('all');
  handled.length = 0;
  outcome = () => ({ deadLetter: { reason: 'The disk is full.', stack: 'Error: The disk is full.\n    at load' } });
  for (const messageId of ['a', 'b', 'c']) {
    await broker.send({ messageId, type: 'file.sent', routingKey: 'file.sent.jobs', body: { uploadId } });
  }
  await waitFor(async () => (await listedIds()).length === 3, { what: 'three dead letters' });
  handled.length = 0;
  outcome = () => ({ ack: true });
});

test('lists dead letters with reason, attempts and body, and leaves them in their order', async () => {
  expect(await listedIds()).toEqual(['a', 'b', 'c']);
  const [first] = await letters.list();
  expect(first).toMatchObject({
    ...{ id: 'a', worker: 'loader', type: 'file.sent', uploadId, reason: 'The disk is full.' },
    stack: expect.stringContaining('at load'),
    attemptedAt: [expect.stringMatching(/^2\d{3}-/)],
    body: JSON.stringify({ uploadId }),
  });
});

test('replays the chosen ones as they were first published, and only those', async () => {
  expect((await letters.replay(['b', 'unknown'])).map(({ id }) => id)).toEqual(['b']);
  await waitFor(() => handled.length === 1);
  expect(handled[0]).toMatchObject({ messageId: 'b', attempt: 1, waits: 0, routingKey: 'file.sent.jobs' });
  expect(handled[0]?.headers).toEqual({ 'tributary-routing-key': 'file.sent.jobs' });
  expect(await listedIds()).toEqual(['a', 'c']);
});

test('replays each once although the worker dead-letters them again at once', async () => {
  outcome = () => ({ deadLetter: { reason: 'The disk is full.' } });
  expect(await letters.replay('all')).toHaveLength(3);
  await waitFor(async () => (await listedIds()).length === 3, { what: 'the dead letters again' });
  expect(handled).toHaveLength(3);
});

test('discards the chosen ones, then all', async () => {
  expect((await letters.discard(['c'])).map(({ id }) => id)).toEqual(['c']);
  expect(await listedIds()).toEqual(['a', 'b']);
  await letters.discard('all');
  expect(await listedIds()).toEqual([]);
  expect(handled).toEqual([]);
});

test('says in a sentence that the vhost does not exist, or that RabbitMQ cannot be reached', async () => {
  const missing = new URL(vhost.url);
  missing.pathname = '/no-such-vhost';
  await expect(openDeadLetters({ url: missing.href, workers: [] })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/^RabbitMQ at \S+ has no vhost "no-such-vhost"/),
  });
  await expect(openDeadLetters({ url: 'amqp://guest:guest@127.0.0.1:1', workers: [] })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/^RabbitMQ at 127\.0\.0\.1:1 cannot be reached: /),
  });
});
