import { unavailable } from '@tributary/core';
import type { ChannelModel } from 'amqplib';
import type { QueueDepths } from './broker.ts';
import { deadLetterQueueName, retryDelaysMs, retryQueueName } from './retry-schedule.ts';

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
  const countOf = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
  try {
    const dead = await countOf(deadLetterQueueName(name));
    let [ready, retry] = [0, 0];
    for (const queue of [name, ...sharing]) {
      ready += await countOf(queue);
      for (const delayMs of retryDelaysMs) retry += await countOf(retryQueueName(queue, delayMs));
    }
    return { ready, retry, dead };
  } catch (cause) {
    throw unavailable(`The queues of ${name} cannot be looked into.`, { cause });
  } finally {
    await channel.close().catch(() => undefined);
  }
}
