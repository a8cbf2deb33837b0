import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@tributary/core';
import type { Consumer, Handle, QueueDepths, QueueOptions } from './broker.ts';
import { decide } from './decide.ts';
import { finishInHand } from './finish-in-hand.ts';
import type { StoredMessage } from './stored-message.ts';

export interface MemoryQueue extends Consumer {
  add(message: StoredMessage): void;
  /** Starts deliveries to the consumer; the queue itself lives on when the consumer stops. */
  consume(handle: Handle, prefetch: number): Consumer;
  readonly bindings: readonly string[];
  readonly dead: StoredMessage[];
  depths(): QueueDepths;
  /** True when nothing is ready, delayed or in hand. */
  isIdle(): boolean;
}

/** One queue with its retries and dead letters, which it may share with another; delays pass on the clock. */
export function createMemoryQueue(
  options: Pick<QueueOptions, 'name' | 'bindings'>,
  clock: Clock,
  dead: StoredMessage[] = [],
): MemoryQueue {
  const waiting: StoredMessage[] = [];
  const inHand = new Set<Promise<unknown>>();
  const ended = new AbortController();
  let delayed = 0;
  let consumer: { handle: Handle; prefetch: number; abort: AbortController } | null = null;

  function deliver() {
    while (consumer !== null && inHand.size < consumer.prefetch) {
      const message = waiting.shift();
      if (message === undefined) return;
      const work = handleOne(message, consumer.handle, consumer.abort.signal);
      inHand.add(work);
      void work.finally(() => {
        inHand.delete(work);
        deliver();
      });
    }
  }

  async function handleOne(message: StoredMessage, handle: Handle, signal: AbortSignal) {
    await setImmediate();
    let handBack: () => void = () => undefined;
    const handedBack = new Promise<{ do: 'handBack' }>((resolve) => {
      handBack = () => void clock.sleep(1_000).then(() => resolve({ do: 'handBack' }));
    });
    signal.addEventListener('abort', handBack, { once: true });
    const decision = await Promise.race([decide(message, handle, signal, clock.now), handedBack]);
    signal.removeEventListener('abort', handBack);
    if (decision.do === 'handBack') waiting.unshift(message);
    if (decision.do === 'deadLetter') dead.push({ ...message, headers: decision.headers });
    if (decision.do === 'continue') waiting.push({ ...message, routingKey: options.name, headers: decision.headers });
    if (decision.do === 'retry') {
      addLater({ ...message, routingKey: options.name, headers: decision.headers }, decision.delayMs);
    }
  }

  function addLater(message: StoredMessage, delayMs: number) {
    delayed += 1;
    clock.sleep(delayMs, ended.signal).then(
      () => {
        delayed -= 1;
        add(message);
      },
      () => undefined,
    );
  }

  function add(message: StoredMessage) {
    waiting.push(message);
    deliver();
  }

  return {
    bindings: options.bindings,
    dead,
    add,
    depths: () => ({ ready: waiting.length, retry: delayed, dead: dead.length }),
    isIdle: () => delayed === 0 && inHand.size === 0 && (waiting.length === 0 || consumer === null),
    consume(handle, prefetch) {
      const abort = new AbortController();
      setMaxListeners(0, abort.signal);
      const mine = { handle, prefetch, abort };
      consumer = mine;
      deliver();
      return {
        async stop(limits = {}) {
          if (consumer === mine) consumer = null;
          await finishInHand(inHand, { ...limits, abort: () => abort.abort(), clock });
        },
      };
    },
    async stop(limits = {}) {
      ended.abort();
      consumer = null;
      await finishInHand(inHand, { ...limits, abort: () => undefined, clock });
    },
  };
}
