import { type Log, systemClock } from '@tributary/core';
import type { ConsumeMessage } from 'amqplib';
import type { QueueOptions } from './broker.ts';
import type { Decision } from './decide.ts';
import type { ConfirmingPublisher } from './open-publisher.ts';
import { deadLetterQueueName, retryQueueName, retryStepMs } from './retry-schedule.ts';

const againMs = 1_000;

/**
 * Publishes what a decision asks for, again and again until the broker has confirmed it. True means the delivery may be
 * acked; false that it must be handed back, since the signal was aborted before a confirm.
 */
export async function carryOut(
  decision: Decision,
  message: ConsumeMessage,
  {
    queue,
    publisher,
    log,
    signal,
  }: { queue: QueueOptions; publisher: ConfirmingPublisher; log: Log; signal: AbortSignal },
): Promise<boolean> {
  if (decision.do === 'ack') return true;
  if (decision.do === 'handBack') return false;
  const { type, messageId, contentType, timestamp, appId } = message.properties;
  const options = { type, messageId, contentType, timestamp, appId, headers: decision.headers };
  const next = {
    exchange: '',
    routingKey: destinationOf(decision, queue),
    content: message.content,
    options: decision.do === 'retry' ? { ...options, expiration: decision.delayMs } : options,
  };
  while (!signal.aborted) {
    try {
      await publisher.send(next);
      return true;
    } catch (error) {
      log.warn({ err: error, queue: queue.name }, 'the outcome of a delivery could not be published, trying again');
      await systemClock.sleep(againMs, signal).catch(() => undefined);
    }
  }
  return false;
}

function destinationOf(
  decision: Exclude<Decision, { do: 'ack' | 'handBack' }>,
  { name, deadLettersWith = name }: QueueOptions,
): string {
  switch (decision.do) {
    case 'continue':
      return name;
    case 'retry':
      return retryQueueName(name, retryStepMs(decision.delayMs));
    case 'deadLetter':
      return deadLetterQueueName(deadLettersWith);
  }
}
