import type { Log } from '@tributary/core';
import type { Broker, Consumer, Handle, OutgoingMessage, QueueOptions } from './broker.ts';
import { type Connection, openConnection } from './open-connection.ts';
import { openPublisher } from './open-publisher.ts';
import { outgoingMessage } from './outgoing-message.ts';
import { type AmqpConsumer, startConsumer } from './start-consumer.ts';
import { eventsExchange } from './topology.ts';

/**
 * Resolves at once, connected or not: RabbitMQ may come later, go and come back; `ready` tells. Until then sending
 * throws UNAVAILABLE and `consume` waits. `name` is shown in RabbitMQ's list of connections and sent as app id.
 */
export async function connectBroker({
  url,
  log,
  name = 'tributary',
}: {
  url: string;
  log: Log;
  name?: string;
}): Promise<Broker> {
  const publisher = await openPublisher({ url, log, name });
  const consumers = new Set<AmqpConsumer>();
  let consuming: Promise<Connection> | null = null;
  let consumingConnection: Connection | null = null;

  async function openConsuming(): Promise<Connection> {
    const connection = await openConnection({
      url,
      log,
      name: `${name} consumes`,
      onLost: () => undefined,
      async setUp(model) {
        for (const consumer of consumers) await consumer.resume(model);
      },
    });
    consumingConnection = connection;
    return connection;
  }

  async function consume(queue: QueueOptions, handle: Handle): Promise<Consumer> {
    const consumer = startConsumer(queue, { handle, publisher, log });
    consuming ??= openConsuming();
    const connection = await consuming;
    const model = connection.model();
    consumers.add(consumer);
    if (model) await consumer.resume(model);
    else await connection.connected;
    return {
      async stop(options) {
        consumers.delete(consumer);
        await consumer.stop(options);
      },
    };
  }

  function send({ messageId, type, routingKey, body }: OutgoingMessage): Promise<void> {
    const timestamp = Math.floor(Date.now() / 1000);
    return publisher.send({
      exchange: eventsExchange,
      routingKey,
      content: Buffer.from(JSON.stringify(body)),
      options: { type, messageId, timestamp, appId: name, contentType: 'application/json' },
    });
  }

  return {
    send,
    publish: async (event, body, options) => send(outgoingMessage(event, body, options)),
    consume,
    ready: () => publisher.ready() && (consumingConnection?.ready() ?? true),
    async close() {
      for (const consumer of consumers) await consumer.stop();
      await (await consuming)?.close();
      await publisher.close();
    },
  };
}
