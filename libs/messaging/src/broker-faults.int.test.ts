import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLog, systemClock } from '@tributary/core';
import { createTestVhost, type TestVhost, waitFor } from '@tributary/testing';
import { connect } from 'amqplib';
import { startDeafProxy } from '../fixtures/deaf-proxy.ts';
import { memoryOutbox } from '../fixtures/memory-outbox.ts';
import { startPrivateRabbitmq } from '../fixtures/private-rabbitmq.ts';
import { connectBroker } from './amqp-broker.ts';
import type { Broker, OutgoingMessage } from './broker.ts';
import { startOutboxRelay } from './outbox-relay.ts';
import type { OutboxStore } from './outbox-store.ts';

const log = createLog('test', 'silent');
const message = (type: string): OutgoingMessage => ({ messageId: type, type, routingKey: type, body: {} });
const relayOf = (store: OutboxStore<OutgoingMessage>, publisher: Broker) =>
  startOutboxRelay({ store, publisher, clock: systemClock, log, pollMs: 100 });

/** Everything a queue hands out, acked at once. */
async function collect(broker: Broker, name: string, binding: string) {
  const ids: string[] = [];
  const consumer = await broker.consume({ name, bindings: [binding], prefetch: 100 }, async ({ messageId }) => {
    ids.push(messageId);
    return { ack: true };
  });
  return { ids, consumer };
}

describe('a broker that is hurt', () => {
  let rabbit: Awaited<ReturnType<typeof startPrivateRabbitmq>>;
  let broker: Broker;
  const letGo = () => {};
  beforeAll(async () => {
    rabbit = await startPrivateRabbitmq();
  }, 60_000);
  afterAll(() => rabbit?.close(), 60_000);
  beforeEach(async () => {
    broker = await connectBroker({ url: rabbit.url, log });
  });
  afterEach(async () => {
    letGo();
    await broker.close();
  });

  test.each([
    ['memory', ['set_vm_memory_high_watermark', '0.000001'], ['set_vm_memory_high_watermark', '0.8']],
    ['disk', ['set_disk_free_limit', '1000000000000000'], ['set_disk_free_limit', '1MB']],
  ])(
    'that is out of %s: sending fails fast, acks go on, and once it is over all is sent',
    async (what, raise, clear) => {
      const type = `${what}.sent`;
      let letGo: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const taken: string[] = [];
      await broker.consume({ name: what, bindings: [type], prefetch: 10 }, async ({ messageId }) => {
        taken.push(messageId);
        await held;
        return { ack: true };
      });
      const before = memoryOutbox(type, 20);
      const early = relayOf(before.store, broker);
      await waitFor(() => before.left() === 0 && taken.length === 10, { what: 'a full consumer' });
      await early.stop();

      await rabbit.ctl(...raise);
      const began = Date.now();
      // RabbitMQ says that it takes no more with the first message that it then holds back.
      await broker.send(message(type)).catch((error: unknown) => expect(error).toMatchObject({ code: 'UNAVAILABLE' }));
      await waitFor(() => !broker.ready(), { what: 'the publisher to be blocked' });
      await expect(broker.send(message(type))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(Date.now() - began).toBeLessThan(5_000);

      letGo();
      await waitFor(() => before.ids.every((id) => taken.includes(id)), { what: 'consuming to go on' });
      const aside = await connect(rabbit.url);
      const channel = await aside.createChannel();
      await waitFor(async () => (await channel.checkQueue(what)).messageCount === 0, { what: 'an empty queue' });
      await aside.close();

      const during = memoryOutbox(`${what}.during`, 100);
      const relay = relayOf(during.store, broker);
      relay.nudge();
      const { ids } = await collect(broker, `${what}-during`, `${what}.during`);
      expect(during.marked).toEqual([]);
      await rabbit.ctl(...clear);
      await waitFor(() => during.left() === 0 && ids.length === 100, { what: 'what was written during the alarm' });
      expect(ids).toEqual(during.ids);
      await relay.stop();
    },
  );

  test('killed with publishes in flight: what it had confirmed is there after its restart, the rest is sent again', async () => {
    const queue = await collect(broker, 'killed', 'killed.sent');
    await queue.consumer.stop();
    const outbox = memoryOutbox('killed.sent', 1_000);
    const relay = relayOf(outbox.store, broker);
    await waitFor(() => outbox.marked.length >= 300, { intervalMs: 1, what: 'the first confirms' });
    await rabbit.kill();
    const confirmed = [...outbox.marked];
    expect(outbox.left()).toBeGreaterThan(0);
    await waitFor(() => !broker.ready(), { what: 'the loss to be noticed' });

    await rabbit.restart();
    const back = Date.now();
    await waitFor(() => broker.ready(), { what: 'the publisher to be back' });
    expect(Date.now() - back).toBeLessThan(5_000);
    const { ids } = await collect(broker, 'killed', 'killed.sent');
    await waitFor(() => outbox.left() === 0, { what: 'the rest to be sent' });
    await waitFor(() => new Set(ids).size === 1_000, { what: 'all messages' });
    expect(confirmed.filter((id) => !ids.includes(id))).toEqual([]);
    expect(ids.length - 1_000).toBeLessThanOrEqual(50);
    await relay.stop();
  }, 60_000);
});

describe('a broker that works', () => {
  let vhost: TestVhost;
  beforeAll(async () => {
    vhost = await createTestVhost();
  });
  afterAll(() => vhost.drop());

  test('that takes messages and is gone before it confirms them: they stay, and come twice, under the same id', async () => {
    const proxy = await startDeafProxy(vhost.url);
    const [behind, direct] = await Promise.all([proxy.url, vhost.url].map((url) => connectBroker({ url, log })));
    if (behind === undefined || direct === undefined) throw new Error('not connected');
    const { ids } = await collect(direct, 'deaf', 'deaf.sent');
    await waitFor(() => behind.ready());
    proxy.goDeaf();
    const outbox = memoryOutbox('deaf.sent', 75);
    const relay = relayOf(outbox.store, behind);
    await waitFor(() => ids.length === 50, { what: 'the first messages' });
    expect(outbox.marked).toEqual([]);
    proxy.cut();
    await waitFor(() => outbox.left() === 0 && ids.length === 125, { what: 'all messages' });
    expect(ids.toSorted()).toEqual([...outbox.ids, ...outbox.ids.slice(0, 50)].sort());
    await relay.stop();
    await Promise.all([behind.close(), direct.close()]);
    await proxy.close();
  });

  test('whose queue is full refuses a message, which stays until there is room', async () => {
    const broker = await connectBroker({ url: vhost.url, log });
    await waitFor(() => broker.ready());
    const aside = await connect(vhost.url);
    const channel = await aside.createChannel();
    const full = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    await channel.assertQueue('full', { durable: true, arguments: full });
    await channel.bindQueue('full', 'tributary.events', 'full.sent');
    await broker.send(message('full.sent'));
    await expect(broker.send(message('full.sent'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    const outbox = memoryOutbox('full.sent', 3);
    const relay = relayOf(outbox.store, broker);
    const taken: string[] = [];
    while (taken.length < 4) {
      const next = await waitFor(() => channel.get('full', { noAck: true }), { what: 'a message' });
      taken.push(String(next.properties.messageId));
    }
    await waitFor(() => outbox.left() === 0, { what: 'all to be confirmed' });
    expect(taken.toSorted()).toEqual(['full.sent', ...outbox.ids]);
    await relay.stop();
    await broker.close();
    await aside.close();
  });
});
