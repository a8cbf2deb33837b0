import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, isAppError, type Log } from '@tributary/core';
import type { Broker, Consumer } from '@tributary/messaging';
import { Registry } from '@tributary/metrics';
import type { z } from 'zod';
import type { ConnectContext, Consumed, WorkerDefinition } from './define-worker.ts';
import { handleDelivery } from './handle-delivery.ts';
import { measureHandling } from './measure-handling.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { WorkerWatch } from './watch-worker.ts';
import { workerQueues } from './worker-queues.ts';

export interface RunningWorker {
  /**
   * Takes no more, finishes the deliveries in flight within the given time or requeues them, then closes the
   * dependencies.
   */
  stop(): Promise<void>;
}

export interface WorkerEnvironment<S extends z.ZodObject> {
  readonly broker: Broker;
  readonly config: z.output<S>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long `stop` waits for deliveries in flight before it requeues them; without, as long as they take. */
  readonly drainTimeoutMs?: number;
  /** Gives up waiting for dependencies. */
  readonly signal?: AbortSignal;
  /** Follows the progress of the start; dependencies that are unavailable at the end are not waited for. */
  readonly watch?: WorkerWatch;
  /** Where the runtime and the worker add what they measure. */
  readonly metrics?: Registry;
  /**
   * How long one delivery is worked on before the rest is left to a new one; RabbitMQ closes the channel after 30
   * minutes.
   */
  readonly maxHandlingMs?: number;
}

const tenMinutesMs = 600_000;
const lookEveryMs = 100;
/** What was missing at the start may be there since, and is looked at again only 250 ms later. */
const looksToBeSure = 5;
const closeMs = 2_000;

/** Connects a worker's dependencies, however long they take to be there, and consumes its queue until stopped. */
export async function startWorker<C extends Consumed, S extends z.ZodObject, D extends object>(
  definition: WorkerDefinition<C, S, D>,
  surroundings: WorkerEnvironment<S>,
): Promise<RunningWorker> {
  const { broker, config, clock, log, drainTimeoutMs, signal, watch, maxHandlingMs = tenMinutesMs } = surroundings;
  const { metrics = new Registry() } = surroundings;
  const measured = measureHandling(metrics, definition, broker);
  const { dependencies, close } = await connectDependencies(definition, config, {
    broker,
    clock,
    log,
    signal,
    metrics,
  });
  watch?.connected(dependencies);
  try {
    const runtime = { dependencies, publish: broker.publish, clock, log, maxHandlingMs };
    const handle = measured(handleDelivery(definition, runtime));
    const consumers: Consumer[] = [];
    // In turn: the main queue's dead letters are there before those that share them.
    for (const queue of workerQueues(definition)) {
      consumers.push(await broker.consume(queue, handle));
      log.info({ queue }, 'consumer started');
    }
    watch?.consuming();
    return {
      async stop() {
        await drain(consumers, { timeoutMs: drainTimeoutMs, watch, clock });
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A delivery that needs an unavailable dependency cannot end: it is requeued at once, not after the time for draining.
 */
async function drain(
  consumers: readonly Consumer[],
  { timeoutMs, watch, clock }: { timeoutMs: number | undefined; watch: WorkerWatch | undefined; clock: Clock },
): Promise<void> {
  const [hurry, drained] = [new AbortController(), new AbortController()];
  const look = async () => {
    for (let missing = 0; watch && !drained.signal.aborted; ) {
      missing = watch.waitingFor().length > 0 ? missing + 1 : 0;
      if (missing === looksToBeSure) hurry.abort();
      await clock.sleep(lookEveryMs, drained.signal).catch(() => undefined);
    }
  };
  const looking = look();
  await Promise.all(consumers.map((consumer) => consumer.stop({ timeoutMs, signal: hurry.signal })));
  drained.abort();
  await looking;
}

async function connectDependencies<C extends Consumed, S extends z.ZodObject, D extends object>(
  definition: WorkerDefinition<C, S, D>,
  config: z.output<S>,
  { signal, ...context }: Omit<ConnectContext, 'onClose'> & { readonly signal: AbortSignal | undefined },
): Promise<{ dependencies: D; close: () => Promise<void> }> {
  const { clock, log, metrics } = context;
  for (let tries = 0; ; tries += 1) {
    const closers: (() => Promise<unknown> | unknown)[] = [];
    const close = async () => {
      // A driver may wait long for an unavailable server; the process ends all the same.
      for (const closer of closers.reverse()) {
        const closed = Promise.resolve()
          .then(closer)
          .catch((error: unknown) => log.error({ err: error }, 'closing failed'));
        await Promise.race([closed, sleep(closeMs, undefined, { ref: false })]);
      }
    };
    const before = new Set(namesIn(metrics));
    try {
      return {
        dependencies: await definition.connect(config, { ...context, onClose: (closer) => closers.push(closer) }),
        close,
      };
    } catch (error) {
      await close();
      for (const name of namesIn(metrics)) if (!before.has(name)) metrics.removeSingleMetric(name);
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      const delayMs = retryDelayMs(tries);
      log.warn({ reason: error.message, delayMs }, 'dependency unavailable, retrying');
      await clock.sleep(delayMs, signal);
    }
  }
}

const namesIn = (metrics: Registry) => metrics.getMetricsAsArray().map(({ name }) => name);
