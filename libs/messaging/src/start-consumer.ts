import { type Log, systemClock } from '@tributary/core';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Consumer, Handle, QueueOptions } from './broker.ts';
import { type Decision, decide } from './decide.ts';
import { finishInHand } from './finish-in-hand.ts';
import type { ConfirmingPublisher } from './open-publisher.ts';
import { deadLetterQueueName, retryQueueName, retryStepMs } from './retry-schedule.ts';
import type { StoredMessage } from './stored-message.ts';
import { declareQueues } from './topology.ts';

export interface AmqpConsumer extends Consumer {
  /** Starts taking deliveries on a new connection; those of the one before are lost and will come again. */
  resume(model: ChannelModel): Promise<void>;
}

interface Session {
  readonly channel: Channel;
  readonly lost: AbortController;
  consumerTag: string;
}

const settleAgainMs = 1_000;

/** One queue's consumer. A delivery is acked only after the confirm of whatever its outcome had to publish. */
export function startConsumer(
  queue: QueueOptions,
  { handle, publisher, log }: { handle: Handle; publisher: ConfirmingPublisher; log: Log },
): AmqpConsumer {
  const inHand = new Set<Promise<unknown>>();
  let session: Session | null = null;
  let stopped = false;

  async function resume(model: ChannelModel) {
    if (stopped) return;
    const channel = await model.createChannel();
    const next: Session = { channel, lost: new AbortController(), consumerTag: '' };
    channel.on('error', (error) =>
      log.warn({ queue: queue.name, reason: error.message }, 'the consuming channel failed'),
    );
    channel.on('close', () => {
      next.lost.abort();
      if (!stopped) void model.close().catch(() => undefined);
    });
    await declareQueues(channel, queue);
    await channel.prefetch(queue.prefetch);
    const { consumerTag } = await channel.consume(queue.name, (message) => take(message, next));
    next.consumerTag = consumerTag;
    session = next;
  }

  function take(message: ConsumeMessage | null, from: Session) {
    if (message === null) {
      log.warn({ queue: queue.name }, 'RabbitMQ cancelled the consumer');
      void from.channel.close().catch(() => undefined);
      return;
    }
    const work = handleOne(message, from).catch((error: unknown) => log.error({ err: error }, 'settling failed'));
    inHand.add(work);
    void work.finally(() => inHand.delete(work));
  }

  async function handleOne(message: ConsumeMessage, { channel, lost }: Session) {
    const decision = await decide(storedMessage(message), handle, lost.signal, systemClock.now);
    while (!lost.signal.aborted) {
      try {
        await publishDecision(message, decision);
        break;
      } catch (error) {
        log.warn({ err: error, queue: queue.name }, 'the outcome of a delivery could not be published, trying again');
        await systemClock.sleep(settleAgainMs, lost.signal).catch(() => undefined);
      }
    }
    settle(channel, message, lost.signal.aborted && decision.do !== 'ack' ? { do: 'handBack' } : decision);
  }

  async function publishDecision(message: ConsumeMessage, decision: Decision) {
    if (decision.do === 'retry') {
      const routingKey = retryQueueName(queue.name, retryStepMs(decision.delayMs));
      await republish(message, routingKey, decision.headers, { expiration: decision.delayMs });
    }
    if (decision.do === 'deadLetter') {
      await republish(message, deadLetterQueueName(queue.name), decision.headers, {});
    }
  }

  function republish(
    { content, properties }: ConsumeMessage,
    routingKey: string,
    headers: Record<string, unknown>,
    more: { expiration?: number },
  ) {
    const { type, messageId, contentType, timestamp, appId } = properties;
    const options = { type, messageId, contentType, timestamp, appId, headers, ...more };
    return publisher.send({ exchange: '', routingKey, content, options });
  }

  return {
    resume,
    async stop({ timeoutMs } = {}) {
      stopped = true;
      const last = session;
      if (last === null || last.lost.signal.aborted) {
        await finishInHand(inHand, { timeoutMs, abort: () => undefined, clock: systemClock });
        return;
      }
      await last.channel.cancel(last.consumerTag).catch(() => undefined);
      await finishInHand(inHand, { timeoutMs, abort: () => last.lost.abort(), clock: systemClock });
      await last.channel.close().catch(() => undefined);
    },
  };
}

/** A channel that is gone throws: its deliveries are back in the queue already. */
function settle(channel: Channel, message: ConsumeMessage, decision: Decision) {
  try {
    if (decision.do === 'handBack') channel.nack(message, false, true);
    else channel.ack(message);
  } catch {
    return;
  }
}

function storedMessage({ content, fields, properties }: ConsumeMessage): StoredMessage {
  return {
    content,
    type: String(properties.type ?? ''),
    messageId: String(properties.messageId ?? ''),
    routingKey: fields.routingKey,
    headers: properties.headers ?? {},
  };
}
