import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog, systemClock } from '@tributary/core';
import { createTestVhost, type TestVhost, waitFor } from '@tributary/testing';
import { connect } from 'amqplib';
import { describeBroker } from '../fixtures/broker-contract.ts';
import { connectBroker } from './amqp-broker.ts';

const log = createLog('test', 'silent');

describeBroker('connectBroker', async () => {
  const vhost = await createTestVhost();
  const broker = await connectBroker({ url: vhost.url, log });
  const aside = await connect(vhost.url);
  const channel = await aside.createChannel();
  await waitFor(() => broker.ready());
  const letters = new Map<string, { headers: Record<string, unknown> }[]>();
  return {
    broker,
    async deadLetters(queue) {
      const found = letters.get(queue) ?? [];
      letters.set(queue, found);
      const message = await channel.get(`${queue}.dead`, { noAck: true });
      if (message) found.push({ headers: message.properties.headers ?? {} });
      return found;
    },
    sendRaw: (content, routingKey) => channel.publish('tributary.events', routingKey, content, { type: routingKey }),
    async close() {
      await broker.close();
      await aside.close();
      await vhost.drop();
    },
  };
});

describe('connectBroker, when connections break', () => {
  let vhost: TestVhost;
  beforeAll(async () => {
    vhost = await createTestVhost();
  });
  afterAll(() => vhost.drop());

  test('loses nothing that was confirmed when every connection is cut in the middle, and fails fast meanwhile', async () => {
    const broker = await connectBroker({ url: vhost.url, log });
    const handled = new Set<string>();
    await broker.consume({ name: 'cut', bindings: ['cut.sent'], prefetch: 5 }, async ({ messageId }) => {
      await new Promise(setImmediate);
      handled.add(messageId);
      return { ack: true };
    });
    await waitFor(() => broker.ready());
    const confirmed: string[] = [];
    const failures: unknown[] = [];
    let sends = 0;
    const cutting = vhost.closeConnections();
    await waitFor(
      async () => {
        sends += 1;
        const messageId = `message ${sends}`;
        await broker.send({ messageId, type: 'cut.sent', routingKey: 'cut.sent', body: {} }).then(
          () => confirmed.push(messageId),
          (error) => failures.push(error),
        );
        return failures.length > 0 && broker.ready() && confirmed.at(-1) === messageId;
      },
      { intervalMs: 1, timeoutMs: 20_000 },
    );
    await cutting;
    await waitFor(() => confirmed.every((id) => handled.has(id)), { what: 'all confirmed messages to be handled' });
    expect(failures.every((error) => (error as { code?: string }).code === 'UNAVAILABLE')).toBe(true);
    await broker.close();
  });

  test('starts exactly one consumer when asked to consume while connecting', async () => {
    const broker = await connectBroker({ url: vhost.url, log });
    const [consumer] = await Promise.all([
      broker.consume({ name: 'once', bindings: ['once.sent'], prefetch: 1 }, async () => ({ ack: true })),
      broker.consume({ name: 'twin', bindings: ['twin.sent'], prefetch: 1 }, async () => ({ ack: true })),
    ]);
    const aside = await connect(vhost.url);
    const channel = await aside.createChannel();
    const countOf = async (queue: string) => (await channel.checkQueue(queue)).consumerCount;
    expect([await countOf('once'), await countOf('twin')]).toEqual([1, 1]);
    await consumer.stop();
    expect(await countOf('once')).toBe(0);
    await broker.close();
    await aside.close();
  });

  test('leaves no consumer behind when it is closed at whatever moment of declaring its queue', async () => {
    for (let pauseMs = 0; pauseMs < 60; pauseMs += 6) {
      const broker = await connectBroker({ url: vhost.url, log });
      const queue = { name: 'declared', bindings: ['declared.sent'], prefetch: 1 };
      const consuming = broker.consume(queue, async () => ({ ack: true })).catch((error: unknown) => error);
      await systemClock.sleep(pauseMs);
      await broker.close();
      await consuming;
    }
    const aside = await connect(vhost.url);
    const channel = await aside.createChannel();
    await waitFor(async () => (await channel.checkQueue('declared')).consumerCount === 0);
    await aside.close();
  });

  test('removes the bindings that an earlier version of a worker declared', async () => {
    const broker = await connectBroker({ url: vhost.url, log });
    const queue = { name: 'rebound', prefetch: 1 };
    const handle = async () => ({ ack: true }) as const;
    const before = await broker.consume({ ...queue, bindings: ['rebound.sent'] }, handle);
    await waitFor(() => broker.ready());
    const send = () => broker.send({ messageId: '1', type: 'rebound.sent', routingKey: 'rebound.sent', body: {} });
    await send();
    await before.stop();
    await broker.consume({ ...queue, bindings: ['rebound.other'], formerBindings: ['rebound.sent'] }, handle);
    await expect(send()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await broker.close();
  });

  test('takes messages again when its queue is deleted with one in hand', async () => {
    const broker = await connectBroker({ url: vhost.url, log });
    const seen: string[] = [];
    let lost: AbortSignal | undefined;
    await broker.consume(
      { name: 'deleted', bindings: ['deleted.sent'], prefetch: 1 },
      async ({ messageId }, signal) => {
        seen.push(messageId);
        if (messageId === 'after') return { ack: true };
        lost = signal;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { retryInMs: 0, countsAsAttempt: false };
      },
    );
    await waitFor(() => broker.ready());
    const send = (messageId: string) =>
      broker.send({ messageId, type: 'deleted.sent', routingKey: 'deleted.sent', body: {} });
    await send('before');
    await waitFor(() => seen.length === 1);
    const aside = await connect(vhost.url);
    await (await aside.createChannel()).deleteQueue('deleted');
    await waitFor(() => lost?.aborted);
    await waitFor(async () => send('after').then(() => true), { what: 'the queue to be there again' });
    await waitFor(() => seen.includes('after'));
    await aside.close();
    await broker.close();
  });

  test('closes while RabbitMQ cannot be reached, and tells UNAVAILABLE to whoever waited for it', async () => {
    const broker = await connectBroker({ url: 'amqp://guest:guest@127.0.0.1:1', log });
    const consuming = broker.consume({ name: 'never', bindings: [], prefetch: 1 }, async () => ({ ack: true }));
    const message = { messageId: '1', type: 'a', routingKey: 'a', body: {} };
    await expect(broker.send(message)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const told = expect(consuming).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await broker.close();
    await told;
  });
});
