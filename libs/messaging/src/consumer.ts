import { EventEmitter, once, setMaxListeners } from 'node:events';
import { type Log, systemClock, unavailable } from '@tributary/core';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Consumer, Handle, QueueOptions, StopOptions } from './broker.ts';
import { type DeliveryAction, decideAction } from './delivery-action.ts';
import { drainInFlight, settlesWithin } from './drain.ts';
import type { StoredMessage } from './headers.ts';
import type { ConfirmingPublisher } from './publisher.ts';
import { deadLetterQueueName, declareQueues, retryQueueName, retryStepMs } from './topology.ts';

export interface AmqpConsumer extends Consumer {
  /** Takes deliveries on that connection, once however often it is called; those of the one before will come again. */
  resume(model: ChannelModel): Promise<void>;
  /** Resolves with the first deliveries flowing; rejects with UNAVAILABLE when stopped before. */
  readonly started: Promise<void>;
}

interface Session {
  readonly channel: Channel;
  readonly lost: AbortController;
  consumerTag: string;
}

/**
 * How long RabbitMQ may take to answer while a consumer stops: after that, deliveries in flight return with the end of
 * the connection.
 */
const replyTimeoutMs = 1_000;

/** One queue's consumer. A delivery is acked only after the confirm of whatever its outcome had to publish. */
export function startConsumer(
  queue: QueueOptions,
  { handle, publisher, log }: { handle: Handle; publisher: ConfirmingPublisher; log: Log },
): AmqpConsumer {
  const inFlight = new Set<Promise<unknown>>();
  const first = new EventEmitter();
  const started = once(first, 'started').then(() => undefined);
  started.catch(() => undefined);
  let resumed: { model: ChannelModel; done: Promise<void> } | null = null;
  let session: Session | null = null;
  let stopping: Promise<void> | null = null;

  function resume(model: ChannelModel): Promise<void> {
    if (stopping) return Promise.resolve();
    if (resumed?.model !== model) resumed = { model, done: takeFrom(model) };
    return resumed.done;
  }

  async function takeFrom(model: ChannelModel) {
    const channel = await model.createChannel();
    const next: Session = { channel, lost: new AbortController(), consumerTag: '' };
    // Every delivery in flight adds a listener, up to the prefetch.
    setMaxListeners(0, next.lost.signal);
    channel.on('error', (error) => log.warn({ queue: queue.name, reason: error.message }, 'consumer channel failed'));
    channel.on('close', () => {
      next.lost.abort();
      if (!stopping) model.close().catch(() => undefined);
    });
    await declareQueues(channel, queue);
    await channel.prefetch(queue.prefetch);
    if (stopping) return closeQuietly(channel);
    const { consumerTag } = await channel.consume(queue.name, (message) => take(message, next));
    next.consumerTag = consumerTag;
    session = next;
    first.emit('started');
  }

  function take(message: ConsumeMessage | null, from: Session) {
    if (message === null) {
      log.warn({ queue: queue.name }, 'consumer cancelled by RabbitMQ');
      void closeQuietly(from.channel);
      return;
    }
    if (stopping) {
      settle(from.channel, message, false);
      return;
    }
    const work = handleOne(message, from).catch((error: unknown) => log.error({ err: error }, 'settlement failed'));
    inFlight.add(work);
    void work.finally(() => inFlight.delete(work));
  }

  async function handleOne(message: ConsumeMessage, { channel, lost }: Session) {
    const { signal } = lost;
    const action = await decideAction(toStoredMessage(message), handle, signal, systemClock.now);
    const isDone = await applyAction(action, message, { queue, publisher, log, signal });
    settle(channel, message, isDone);
  }

  async function stop(limits: StopOptions) {
    if (session === null) first.emit('error', unavailable(`The consumer of ${queue.name} was stopped.`));
    await settlesSoon(resumed?.done);
    const last = session;
    if (last === null) return;
    const isThere = !last.lost.signal.aborted && (await settlesSoon(last.channel.cancel(last.consumerTag)));
    await drainInFlight(inFlight, {
      ...(isThere ? limits : { timeoutMs: 0 }),
      abort: () => last.lost.abort(),
      clock: systemClock,
    });
    // Whatever has not ended by now goes back to the queue with its channel.
    if (isThere) await settlesSoon(closeQuietly(last.channel));
  }

  return {
    resume,
    started,
    stop(limits = {}) {
      stopping ??= stop(limits);
      return stopping;
    },
  };
}

/** Waits for an answer as long as it is reasonable; a refusal is one too. */
async function settlesSoon(answer: Promise<unknown> = Promise.resolve()): Promise<boolean> {
  return settlesWithin(answer, { ms: replyTimeoutMs, clock: systemClock });
}

/** A channel that is gone throws: its deliveries are back in the queue already. */
function settle(channel: Channel, message: ConsumeMessage, isDone: boolean) {
  try {
    if (isDone) channel.ack(message);
    else channel.nack(message, false, true);
  } catch {
    return;
  }
}

async function closeQuietly(channel: Channel | undefined) {
  try {
    await channel?.close();
  } catch {
    return;
  }
}

function toStoredMessage({ content, fields, properties }: ConsumeMessage): StoredMessage {
  return {
    content,
    type: String(properties.type ?? ''),
    messageId: String(properties.messageId ?? ''),
    routingKey: fields.routingKey,
    headers: properties.headers ?? {},
  };
}

const retryMs = 1_000;

/**
 * Publishes what an action asks for, repeatedly until the broker has confirmed it. True means the delivery may be
 * acked; false that it must be requeued, since the signal was aborted before a confirm.
 */
async function applyAction(
  action: DeliveryAction,
  message: ConsumeMessage,
  {
    queue,
    publisher,
    log,
    signal,
  }: { queue: QueueOptions; publisher: ConfirmingPublisher; log: Log; signal: AbortSignal },
): Promise<boolean> {
  if (action.type === 'ack') return true;
  if (action.type === 'requeue') return false;
  const { type, messageId, contentType, timestamp, appId } = message.properties;
  const options = { type, messageId, contentType, timestamp, appId, headers: action.headers };
  const next = {
    exchange: '',
    routingKey: getDestination(action, queue),
    content: message.content,
    options: action.type === 'retry' ? { ...options, expiration: action.delayMs } : options,
  };
  while (!signal.aborted) {
    try {
      await publisher.send(next);
      return true;
    } catch (error) {
      log.warn({ err: error, queue: queue.name }, 'delivery outcome not published, retrying');
      await systemClock.sleep(retryMs, signal).catch(() => undefined);
    }
  }
  return false;
}

function getDestination(
  action: Exclude<DeliveryAction, { type: 'ack' | 'requeue' }>,
  { name, deadLettersWith = name }: QueueOptions,
): string {
  switch (action.type) {
    case 'continue':
      return name;
    case 'retry':
      return retryQueueName(name, retryStepMs(action.delayMs));
    case 'deadLetter':
      return deadLetterQueueName(deadLettersWith);
  }
}
