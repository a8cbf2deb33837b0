import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, systemClock, unavailable } from '@tributary/core';
import { type Broker, type OutgoingMessage, PublishRejectedError } from './broker.ts';
import type { StoredMessage } from './headers.ts';
import { createMemoryQueue, type MemoryQueue } from './memory-queue.ts';
import { outgoingMessage, sendInSpan } from './outgoing-message.ts';
import { matchesBinding } from './topology.ts';

export interface MemoryBroker extends Broker {
  /** Everything that was sent and accepted, oldest first. */
  readonly sent: readonly OutgoingMessage[];
  deadLetters(queue: string): readonly StoredMessage[];
  /** Puts bytes that need not be valid into the queues bound to the routing key. */
  sendRaw(content: Buffer, message: Pick<OutgoingMessage, 'type' | 'routingKey' | 'messageId'>): void;
  /** Resolves once no message is ready, delayed or in flight. */
  idle(): Promise<void>;
  /** Makes it refuse to send, as a lost connection does, until called with true. */
  setConnected(connected: boolean): void;
}

/**
 * RabbitMQ's twin for tests. With `acceptUnroutable` a message no queue is bound to is accepted, as if someone else's
 * queue had taken it; without, it is returned as by the real one.
 */
export function createMemoryBroker({
  clock = systemClock,
  acceptUnroutable = false,
}: {
  clock?: Clock;
  acceptUnroutable?: boolean;
} = {}): MemoryBroker {
  const queues = new Map<string, MemoryQueue>();
  const sent: OutgoingMessage[] = [];
  let connected = true;

  function route(message: StoredMessage): boolean {
    const bound = [...queues.values()].filter(({ bindings }) =>
      bindings.some((binding) => matchesBinding(binding, message.routingKey)),
    );
    for (const queue of bound) queue.add(message);
    return bound.length > 0;
  }

  async function send(message: OutgoingMessage) {
    if (!connected) throw unavailable('RabbitMQ is not connected.');
    const content = Buffer.from(JSON.stringify(message.body));
    const { type, messageId, routingKey } = message;
    await sendInSpan(message, async (headers) => {
      if (!route({ content, type, messageId, routingKey, headers }) && !acceptUnroutable) {
        throw new PublishRejectedError('returned', `No queue takes messages with the routing key ${routingKey} yet.`);
      }
    });
    sent.push(message);
  }

  return {
    sent,
    send,
    publish: (event, body, options) => send(outgoingMessage(event, body, options)),
    async consume({ name, bindings, prefetch, deadLettersWith = name }, handle) {
      const dead = queues.get(deadLettersWith)?.dead;
      const queue = queues.get(name) ?? createMemoryQueue({ name, bindings }, clock, dead);
      queues.set(name, queue);
      return queue.consume(handle, prefetch);
    },
    async depths(name, sharing = []) {
      const queue = queues.get(name);
      if (!connected || queue === undefined) throw unavailable(`The queues of ${name} cannot be looked into.`);
      const all = [queue, ...sharing.flatMap((other) => queues.get(other) ?? [])].map(({ depths }) => depths());
      const sum = (key: 'ready' | 'retry') => all.reduce((total, depths) => total + depths[key], 0);
      return { ready: sum('ready'), retry: sum('retry'), dead: queue.dead.length };
    },
    ready: () => connected,
    deadLetters: (queue) => queues.get(queue)?.dead ?? [],
    sendRaw: (content, message) => void route({ content, headers: {}, ...message }),
    async idle() {
      while ([...queues.values()].some((queue) => !queue.isIdle())) await pause(1);
    },
    setConnected(value) {
      connected = value;
    },
    async close() {
      connected = false;
      await Promise.all([...queues.values()].map((queue) => queue.stop()));
    },
  };
}
