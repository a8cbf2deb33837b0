import type { Broker, Handle, Outcome } from '@tributary/messaging';
import { addGauge, Counter, createCachedProbe, Gauge, Histogram, type Registry, workBuckets } from '@tributary/metrics';
import type { WorkerDefinition } from './define-worker.ts';
import { matchContract } from './match-contract.ts';
import { workerQueues } from './worker-queues.ts';

/** Adds what a worker does with its deliveries and what waits in its queues; the result is the same handle, measured. */
export function measureHandling(
  registry: Registry,
  definition: WorkerDefinition,
  broker: Pick<Broker, 'depths'>,
): (handle: Handle) => Handle {
  const registers = [registry];
  const deliveries = new Counter({
    name: 'tributary_worker_deliveries_total',
    help: 'Deliveries that ended, by type of message and outcome.',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'tributary_worker_handling_seconds',
    help: 'Time a delivery was in flight.',
    labelNames: ['type'],
    buckets: workBuckets,
    registers,
  });
  const inFlight = new Gauge({
    name: 'tributary_worker_in_hand',
    help: 'Deliveries in flight in this process; RabbitMQ calls them unacked.',
    registers,
  });
  const [main, ...sharing] = workerQueues(definition);
  const depths = createCachedProbe(() =>
    broker.depths(
      main.name,
      sharing.map(({ name }) => name),
    ),
  );
  addGauge(
    registry,
    {
      name: 'tributary_worker_queue_messages',
      help: 'Messages in the queues of this worker that are not in flight.',
      labelNames: ['queue'],
    },
    async () => {
      const known = await depths();
      return known && Object.entries(known).map(([queue, value]) => ({ labels: { queue }, value }));
    },
  );

  return (handle) => async (delivery, signal) => {
    // The type of the contract: published types must not make new labels.
    const type = matchContract(definition, delivery.type)?.type.replace(/^\*\./, '') ?? 'unknown';
    const end = seconds.startTimer({ type });
    inFlight.inc();
    try {
      const outcome = await handle(delivery, signal);
      deliveries.inc({ type, outcome: outcomeLabel(outcome, signal) });
      return outcome;
    } catch (error) {
      deliveries.inc({ type, outcome: 'dead_lettered' });
      throw error;
    } finally {
      inFlight.dec();
      end();
    }
  };
}

function outcomeLabel(outcome: Outcome, signal: AbortSignal): string {
  if ('ack' in outcome) return 'done';
  if (signal.aborted) return 'handed_back';
  if ('continue' in outcome) return 'continued';
  if ('deadLetter' in outcome) return 'dead_lettered';
  return outcome.countsAsAttempt ? 'attempt' : 'unavailable';
}
