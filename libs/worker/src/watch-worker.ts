import { type Clock, type Log, unavailable } from '@tributary/core';
import type { Broker } from '@tributary/messaging';
import { watchReadiness } from '@tributary/readiness';
import type { WorkerDefinition } from './define-worker.ts';

/** What a worker waits for, from the moment its process starts until it ends. */
export interface WorkerWatch {
  /** The names of the unavailable dependencies; empty when the worker consumes and has all it needs. */
  waitingFor(): string[];
  /** Called by the runtime: from here on the worker's own checks can run. */
  connected(dependencies: object): void;
  /** Called by the runtime: messages are being consumed. */
  consuming(): void;
  stop(): Promise<void>;
}

/** Asks for RabbitMQ and for what the definition checks, again and again, and says in the log what goes and comes back. */
export function watchWorker(
  definition: WorkerDefinition,
  { broker, clock, log }: { broker: Pick<Broker, 'ready'>; clock: Clock; log: Log },
): WorkerWatch {
  let dependencies: object | null = null;
  let isConsuming = false;
  const own = Object.entries(definition.checks ?? {}).map(([name, check]) => {
    const ping = async () => {
      if (dependencies === null) throw unavailable('It is not connected yet.');
      await check(dependencies);
    };
    return [name, ping] as const;
  });
  const pingBroker = async () => {
    if (!broker.ready()) throw unavailable('RabbitMQ is not connected.');
    const isTurnOfQueue = dependencies !== null || own.length === 0;
    if (isTurnOfQueue && !isConsuming) throw unavailable('The queue is not consumed yet.');
  };
  const { waitingFor, stop } = watchReadiness({
    checks: { ...Object.fromEntries(own), RabbitMQ: pingBroker },
    clock,
    log,
  });
  return {
    waitingFor,
    stop,
    connected(given) {
      dependencies = given;
    },
    consuming() {
      isConsuming = true;
    },
  };
}
