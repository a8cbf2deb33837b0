import { type Clock, isAppError, type Log } from '@tributary/core';
import type { Broker } from '@tributary/messaging';
import type { z } from 'zod';
import type { Consumed, WorkerDefinition } from './define-worker.ts';
import { handleDelivery } from './handle-delivery.ts';
import { contractsOf } from './match-contract.ts';
import { retryDelayMs } from './retry-delay.ts';

export interface RunningWorker {
  /** Takes no more, finishes what is in hand within the time given or hands it back, then closes the dependencies. */
  stop(): Promise<void>;
}

export interface WorkerSurroundings<S extends z.ZodObject> {
  readonly broker: Broker;
  readonly config: z.output<S>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long `stop` waits for what is in hand before it hands it back; without, as long as it takes. */
  readonly drainTimeoutMs?: number;
  /** Gives up waiting for dependencies. */
  readonly signal?: AbortSignal;
}

/** Connects a worker's dependencies, however long they take to be there, and consumes its queue until stopped. */
export async function startWorker<C extends Consumed, S extends z.ZodObject, D extends object>(
  definition: WorkerDefinition<C, S, D>,
  { broker, config, clock, log, drainTimeoutMs, signal }: WorkerSurroundings<S>,
): Promise<RunningWorker> {
  const { dependencies, close } = await connectDependencies(definition, config, { clock, log, signal });
  const queue = {
    name: definition.name,
    bindings: definition.bindings ?? contractsOf(definition.consumes).map(({ binding }) => binding),
    prefetch: definition.prefetch,
  };
  try {
    const handle = handleDelivery(definition, { dependencies, publish: broker.publish, clock, log });
    const consumer = await broker.consume(queue, handle);
    log.info({ queue }, 'taking messages');
    return {
      async stop() {
        await consumer.stop(drainTimeoutMs === undefined ? {} : { timeoutMs: drainTimeoutMs });
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function connectDependencies<C extends Consumed, S extends z.ZodObject, D extends object>(
  definition: WorkerDefinition<C, S, D>,
  config: z.output<S>,
  { clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal | undefined },
): Promise<{ dependencies: D; close: () => Promise<void> }> {
  for (let tries = 0; ; tries += 1) {
    const closers: (() => Promise<unknown> | unknown)[] = [];
    const close = async () => {
      for (const closer of closers.reverse()) await closer();
    };
    try {
      return { dependencies: await definition.connect(config, (closer) => closers.push(closer)), close };
    } catch (error) {
      await close();
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      const delayMs = retryDelayMs(tries);
      log.warn({ reason: error.message, delayMs }, 'waiting to connect');
      await clock.sleep(delayMs, signal);
    }
  }
}
