import { createHash } from 'node:crypto';
import { unavailable } from '@tributary/core';
import { pickTraceHeaders } from '@tributary/tracing';
import { type ChannelModel, type ConfirmChannel, connect, type GetMessage } from 'amqplib';
import { readHistory } from './headers.ts';
import { deadLetterQueueName } from './topology.ts';

/** A message that its worker gave up. */
export interface DeadLetter {
  /** The message id; of a message without one the start of its content's SHA-256. */
  readonly id: string;
  readonly worker: string;
  readonly type: string;
  readonly uploadId: string | null;
  readonly reason: string;
  readonly stack: string | null;
  readonly attemptedAt: readonly string[];
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Dead letters by their ids, or all. */
type Selection = readonly string[] | 'all';

export interface DeadLetters {
  /** By worker, then from the oldest on; they stay where they are. */
  list(): Promise<DeadLetter[]>;
  /**
   * Puts dead letters back on their workers' queues, each without attempts, waits and errors. Interrupted at any moment it
   * loses nothing: at worst a message exists twice. Returns those that were put back; messages that are dead-lettered
   * meanwhile stay.
   */
  replay(selection: Selection): Promise<DeadLetter[]>;
  /** Deletes dead letters and returns them. */
  discard(selection: Selection): Promise<DeadLetter[]>;
  close(): Promise<void>;
}

const connectTimeoutMs = 5_000;
const idCharacters = 16;

/** Opens the dead letters of these workers; UNAVAILABLE with a reason for an operator if RabbitMQ or the vhost is. The caller closes it. */
export async function openDeadLetters({
  url,
  workers,
}: {
  url: string;
  workers: readonly string[];
}): Promise<DeadLetters> {
  const connection = await openConnection(url);

  async function visit(
    worker: string,
    selection: Selection,
    visitor: (message: GetMessage, channel: ConfirmChannel) => Promise<unknown>,
  ): Promise<DeadLetter[]> {
    const queue = deadLetterQueueName(worker);
    const count = await countMessages(connection, queue);
    const visited: DeadLetter[] = [];
    const channel = await connection.createConfirmChannel();
    try {
      for (let taken = 0; taken < count; taken += 1) {
        const message = await channel.get(queue);
        if (message === false) break;
        const letter = toDeadLetter(worker, message);
        if (selection !== 'all' && !selection.includes(letter.id)) continue;
        await visitor(message, channel);
        visited.push(letter);
      }
      return visited;
    } finally {
      // Messages that were not acked go back to their places.
      await channel.close();
    }
  }

  async function visitAll(selection: Selection, visitor: Parameters<typeof visit>[2]): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (const worker of workers) letters.push(...(await visit(worker, selection, visitor)));
    return letters;
  }

  return {
    list: () => visitAll('all', async () => undefined),
    async replay(selection) {
      const letters: DeadLetter[] = [];
      for (const worker of workers) {
        const replayed = await visit(worker, selection, async (message, channel) => {
          await publishAgain(worker, message, channel);
          channel.ack(message);
        });
        letters.push(...replayed);
      }
      return letters;
    },
    discard: (selection) => visitAll(selection, async (message, channel) => channel.ack(message)),
    close: () => connection.close(),
  };
}

async function openConnection(url: string): Promise<ChannelModel> {
  const { host, pathname } = new URL(url);
  try {
    const connection = await connect(url, { timeout: connectTimeoutMs });
    connection.on('error', () => undefined);
    return connection;
  } catch (cause) {
    // amqplib hides the reason with which RabbitMQ closes a connection whose login was right.
    if (cause instanceof Error && cause.message.includes('ConnectionOpenOk')) {
      const vhost = decodeURIComponent(pathname.slice(1)) || '/';
      throw unavailable(
        `RabbitMQ at ${host} has no vhost "${vhost}", or its user may not use it. The first \`npm start\` creates it.`,
        { cause },
      );
    }
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw unavailable(`RabbitMQ at ${host} cannot be reached: ${reason}`, { cause });
  }
}

/** The number of ready messages; 0 for a queue that does not exist, which closes the channel. */
export async function countMessages(connection: ChannelModel, queue: string): Promise<number> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 404) return 0;
    throw error;
  }
}

/** Publishes the message as it was at first, in its trace, and waits for the confirm. */
async function publishAgain(
  worker: string,
  { content, properties, fields }: GetMessage,
  channel: ConfirmChannel,
): Promise<void> {
  const { type, messageId, contentType, timestamp, appId, headers = {} } = properties;
  const { routingKey } = readHistory({ headers, routingKey: fields.routingKey });
  let isReturned = false;
  const onReturn = () => {
    isReturned = true;
  };
  channel.once('return', onReturn);
  channel.publish('', worker, content, {
    ...{ type, messageId, contentType, timestamp, appId, mandatory: true, persistent: true },
    headers: { ...pickTraceHeaders(headers), 'tributary-routing-key': routingKey },
  });
  await channel.waitForConfirms();
  channel.removeListener('return', onReturn);
  if (isReturned) {
    throw unavailable(`There is no queue ${worker}: start the worker once. Its other dead letters are unchanged.`);
  }
}

function toDeadLetter(worker: string, { content, properties }: GetMessage): DeadLetter {
  const { type, messageId, headers = {} } = properties;
  const body = content.toString('utf8');
  const death = headers['x-first-death-reason'];
  return {
    id: messageId || createHash('sha256').update(content).digest('hex').slice(0, idCharacters),
    worker,
    type: type || 'a message without a type',
    uploadId: readUploadId(body),
    reason: toText(headers['tributary-error']) ?? `RabbitMQ dead-lettered it (${toText(death) ?? 'no reason kept'}).`,
    stack: toText(headers['tributary-stack']),
    attemptedAt: readHistory({ headers, routingKey: '' }).attemptedAt,
    headers,
    body,
  };
}

const toText = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

function readUploadId(body: string): string | null {
  try {
    return toText(Reflect.get(Object(JSON.parse(body)), 'uploadId'));
  } catch {
    return null;
  }
}
