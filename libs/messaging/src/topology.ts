import { unavailable } from '@tributary/core';
import type { Channel, ChannelModel } from 'amqplib';
import type { QueueDepths, QueueOptions } from './broker.ts';

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

/** The delays that have a retry queue, in milliseconds: a fixed, small number of queues per worker. */
export const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000] as const;

const maxDelayMs = 60_000;

/**
 * The queue for a delay: the one with the smallest step that is not below it. RabbitMQ expires messages only at the head of a
 * queue, so a message can wait behind one with a longer delay: it comes after its own delay at the earliest and after the
 * step at the latest.
 */
export function retryStepMs(delayMs: number): number {
  return retryDelaysMs.find((step) => step >= delayMs) ?? maxDelayMs;
}

/** The delay as it is kept: a whole number of milliseconds from 0 to 60 s. */
export function boundedDelayMs(delayMs: number): number {
  return Math.min(maxDelayMs, Math.max(0, Math.round(delayMs)));
}

export const retryQueueName = (queue: string, stepMs: number) => `${queue}.retry.${stepMs / 1000}s`;

export const deadLetterQueueName = (queue: string) => `${queue}.dead`;

/** Topic matching as RabbitMQ does it: `*` is exactly one word, `#` any number of them. */
export function matchesBinding(binding: string, routingKey: string): boolean {
  return matches(binding.split('.'), routingKey.split('.'));
}

function matches(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') return matches(rest, words) || (words.length > 0 && matches(pattern, words.slice(1)));
  const [word, ...otherWords] = words;
  return word !== undefined && (first === '*' || first === word) && matches(rest, otherWords);
}

/**
 * Asks for a worker's queues, and those that share its dead letters, without declaring them, on a channel of its own: a queue
 * that does not exist ends the channel.
 */
export async function readDepths(
  model: ChannelModel | null,
  name: string,
  sharing: readonly string[] = [],
): Promise<QueueDepths> {
  if (model === null) throw unavailable('RabbitMQ is not connected.');
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  const countMessages = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
  try {
    const dead = await countMessages(deadLetterQueueName(name));
    let [ready, retry] = [0, 0];
    for (const queue of [name, ...sharing]) {
      ready += await countMessages(queue);
      for (const delayMs of retryDelaysMs) retry += await countMessages(retryQueueName(queue, delayMs));
    }
    return { ready, retry, dead };
  } catch (cause) {
    throw unavailable(`The queues of ${name} cannot be looked into.`, { cause });
  } finally {
    await channel.close().catch(() => undefined);
  }
}
