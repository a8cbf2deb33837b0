import { type Log, unavailable } from '@tributary/core';
import type { ChannelModel, ConfirmChannel, Options } from 'amqplib';
import { PublishRejectedError } from './broker.ts';
import { type Connection, openConnection } from './connection.ts';
import { declareExchange } from './topology.ts';

export interface ConfirmedSend {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly options: Options.Publish;
}

export interface ConfirmingPublisher extends Pick<Connection, 'ready' | 'close'> {
  /** Resolves after the confirm; throws UNAVAILABLE when disconnected, blocked, refused, returned or not confirmed in time. */
  send(message: ConfirmedSend): Promise<void>;
}

interface Unconfirmed {
  settle(problem?: Error): void;
}

const confirmTimeoutMs = 30_000;

/** The connection for publishing: apart from consuming, so that a blocked publisher does not stop acks. */
export async function openPublisher({
  url,
  log,
  name,
}: {
  url: string;
  log: Log;
  name: string;
}): Promise<ConfirmingPublisher> {
  const unconfirmed = new Map<string, Unconfirmed>();
  let channel: ConfirmChannel | null = null;
  let sends = 0;

  async function setUp(model: ChannelModel) {
    const opened = await model.createConfirmChannel();
    opened.on('error', (error) => log.warn({ reason: error.message }, 'publisher channel failed'));
    opened.on('return', ({ fields, properties }) => {
      unconfirmed
        .get(String(properties.correlationId))
        ?.settle(
          new PublishRejectedError(
            'returned',
            `No queue takes messages with the routing key ${fields.routingKey} yet.`,
          ),
        );
    });
    opened.on('close', () => {
      if (channel === opened) channel = null;
      void model.close().catch(() => undefined);
    });
    await declareExchange(opened);
    channel = opened;
  }

  const connection = await openConnection({
    url,
    log,
    name: `${name} publishes`,
    setUp,
    onLost: (reason) => {
      for (const { settle } of [...unconfirmed.values()]) settle(reason);
    },
  });

  function send({ exchange, routingKey, content, options }: ConfirmedSend): Promise<void> {
    return new Promise((resolve, reject) => {
      if (channel === null || !connection.ready()) {
        reject(unavailable('RabbitMQ is not connected or takes no messages for now.'));
        return;
      }
      sends += 1;
      const id = String(sends);
      const timer = setTimeout(() => settle(unavailable('RabbitMQ did not confirm in time.')), confirmTimeoutMs);
      const settle = (problem?: Error) => {
        clearTimeout(timer);
        unconfirmed.delete(id);
        if (problem) reject(problem);
        else resolve();
      };
      unconfirmed.set(id, { settle });
      const sent = { ...options, correlationId: id, mandatory: true, persistent: true };
      try {
        channel.publish(exchange, routingKey, content, sent, (problem: unknown) =>
          settle(
            problem
              ? new PublishRejectedError('refused', 'RabbitMQ refused the message.', { cause: problem })
              : undefined,
          ),
        );
      } catch (error) {
        settle(unavailable('RabbitMQ is not connected.', { cause: error }));
      }
    });
  }

  return { send, ready: () => channel !== null && connection.ready(), close: connection.close };
}
