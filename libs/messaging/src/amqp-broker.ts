import { type Log, unavailable } from '@tributary/core';
import type { ChannelModel } from 'amqplib';
import type { Broker, Consumer, Handle, OutgoingMessage, QueueOptions } from './broker.ts';
import { type Connection, openConnection } from './connection.ts';
import { type AmqpConsumer, startConsumer } from './consumer.ts';
import { outgoingMessage, sendInSpan } from './outgoing-message.ts';
import { openPublisher } from './publisher.ts';
import { eventsExchange, readDepths } from './topology.ts';

/**
 * Resolves at once, connected or not: RabbitMQ may start later, stop and return; `ready` reports its state. Until then
 * sending throws UNAVAILABLE and `consume` waits. `name` is shown in RabbitMQ's list of connections and sent as app id.
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
  let model: ChannelModel | null = null;
  let closing: Promise<void> | null = null;

  async function openConsuming(): Promise<Connection> {
    consumingConnection = await openConnection({
      url,
      log,
      name: `${name} consumes`,
      onLost: () => undefined,
      async setUp(opened) {
        model = opened;
        for (const consumer of consumers) await consumer.resume(opened);
      },
    });
    return consumingConnection;
  }

  async function consume(queue: QueueOptions, handle: Handle): Promise<Consumer> {
    if (closing) throw unavailable('The broker is closed.');
    const consumer = startConsumer(queue, { handle, publisher, log });
    consumers.add(consumer);
    consuming ??= openConsuming();
    if (model) resumeOrReconnect(consumer, model);
    await consumer.started;
    return {
      async stop(options) {
        consumers.delete(consumer);
        await consumer.stop(options);
      },
    };
  }

  /** What fails to start ends its connection: the next one starts it again, together with all others. */
  function resumeOrReconnect(consumer: AmqpConsumer, on: ChannelModel) {
    consumer.resume(on).catch((error: unknown) => {
      log.warn({ err: error }, 'consumer not started, reconnecting');
      on.close().catch(() => undefined);
    });
  }

  async function close() {
    await Promise.all([...consumers].map((consumer) => consumer.stop()));
    await Promise.all([(await consuming)?.close(), publisher.close()]);
  }

  function send(message: OutgoingMessage): Promise<void> {
    const { messageId, type, routingKey, body } = message;
    const timestamp = Math.floor(Date.now() / 1000);
    return sendInSpan(message, (headers) =>
      publisher.send({
        exchange: eventsExchange,
        routingKey,
        content: Buffer.from(JSON.stringify(body)),
        options: { type, messageId, timestamp, appId: name, contentType: 'application/json', headers },
      }),
    );
  }

  return {
    send,
    publish: async (event, body, options) => send(outgoingMessage(event, body, options)),
    consume,
    depths: async (queue, sharing) => readDepths(consumingConnection?.model() ?? null, queue, sharing),
    ready: () => publisher.ready() && (consumingConnection?.ready() ?? true),
    close() {
      closing ??= close();
      return closing;
    },
  };
}
