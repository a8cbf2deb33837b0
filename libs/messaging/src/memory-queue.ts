import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@tributary/core';
import type { Consumer, Handle, QueueDepths, QueueOptions } from './broker.ts';
import { decideAction } from './delivery-action.ts';
import { drainInFlight } from './drain.ts';
import type { StoredMessage } from './headers.ts';

export interface MemoryQueue extends Consumer {
  add(message: StoredMessage): void;
  /** Starts deliveries to the consumer; the queue itself lives on when the consumer stops. */
  consume(handle: Handle, prefetch: number): Consumer;
  readonly bindings: readonly string[];
  readonly dead: StoredMessage[];
  depths(): QueueDepths;
  /** True when nothing is ready, delayed or in flight. */
  isIdle(): boolean;
}

/** One queue with its retries and dead letters, which it may share with another; delays pass on the clock. */
export function createMemoryQueue(
  options: Pick<QueueOptions, 'name' | 'bindings'>,
  clock: Clock,
  dead: StoredMessage[] = [],
): MemoryQueue {
  const waiting: StoredMessage[] = [];
  const inFlight = new Set<Promise<unknown>>();
  const ended = new AbortController();
  let delayed = 0;
  let consumer: { handle: Handle; prefetch: number; abort: AbortController } | null = null;

  function deliver() {
    while (consumer !== null && inFlight.size < consumer.prefetch) {
      const message = waiting.shift();
      if (message === undefined) return;
      const work = handleOne(message, consumer.handle, consumer.abort.signal);
      inFlight.add(work);
      void work.finally(() => {
        inFlight.delete(work);
        deliver();
      });
    }
  }

  async function handleOne(message: StoredMessage, handle: Handle, signal: AbortSignal) {
    await setImmediate();
    let requeue: () => void = () => undefined;
    const requeued = new Promise<{ type: 'requeue' }>((resolve) => {
      requeue = () => void clock.sleep(1_000).then(() => resolve({ type: 'requeue' }));
    });
    signal.addEventListener('abort', requeue, { once: true });
    const action = await Promise.race([decideAction(message, handle, signal, clock.now), requeued]);
    signal.removeEventListener('abort', requeue);
    if (action.type === 'requeue') waiting.unshift(message);
    if (action.type === 'deadLetter') dead.push({ ...message, headers: action.headers });
    if (action.type === 'continue') waiting.push({ ...message, routingKey: options.name, headers: action.headers });
    if (action.type === 'retry') {
      addLater({ ...message, routingKey: options.name, headers: action.headers }, action.delayMs);
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
    isIdle: () => delayed === 0 && inFlight.size === 0 && (waiting.length === 0 || consumer === null),
    consume(handle, prefetch) {
      const abort = new AbortController();
      setMaxListeners(0, abort.signal);
      const mine = { handle, prefetch, abort };
      consumer = mine;
      deliver();
      return {
        async stop(limits = {}) {
          if (consumer === mine) consumer = null;
          await drainInFlight(inFlight, { ...limits, abort: () => abort.abort(), clock });
        },
      };
    },
    async stop(limits = {}) {
      ended.abort();
      consumer = null;
      await drainInFlight(inFlight, { ...limits, abort: () => undefined, clock });
    },
  };
}
