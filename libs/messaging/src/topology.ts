import type { Channel } from 'amqplib';
import type { QueueOptions } from './broker.ts';
import { deadLetterQueueName, retryDelaysMs, retryQueueName } from './retry-schedule.ts';

export const eventsExchange = 'tributary.events';

/** A far backstop only: the broker also counts dropped connections, so few would lose an innocent message. */
const deliveryLimit = 100;

/** Without reject-publish, RabbitMQ dead-letters at most once. */
const safeDeadLettering = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };

/** Declares the one exchange all events go through. */
export async function declareExchange(channel: Channel): Promise<void> {
  await channel.assertExchange(eventsExchange, 'topic', { durable: true });
}

/** Declares a worker's queue with its bindings, its dead-letter queue, and a queue per retry delay that leads back to it. */
export async function declareQueues(
  channel: Channel,
  { name, bindings, formerBindings = [], deadLettersWith = name }: QueueOptions,
): Promise<void> {
  await declareExchange(channel);
  await quorumQueue(channel, deadLetterQueueName(deadLettersWith), {});
  await quorumQueue(channel, name, {
    'x-delivery-limit': deliveryLimit,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': deadLetterQueueName(deadLettersWith),
    ...safeDeadLettering,
  });
  for (const stepMs of retryDelaysMs) {
    await quorumQueue(channel, retryQueueName(name, stepMs), {
      'x-message-ttl': stepMs,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': name,
      ...safeDeadLettering,
    });
  }
  for (const binding of bindings) await channel.bindQueue(name, eventsExchange, binding);
  for (const binding of formerBindings) await channel.unbindQueue(name, eventsExchange, binding);
}

const quorumQueue = (channel: Channel, name: string, more: Record<string, unknown>) =>
  channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum', ...more } });
