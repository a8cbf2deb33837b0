import { Counter, Gauge, Histogram, type Registry } from '@tributary/metrics';
import type { FormattedExecutionResult } from 'graphql';
import { onIteratorEnd } from '../iterator-end.ts';
import type { OperationMetrics, Transport } from './operations.ts';

type Results = AsyncIterableIterator<FormattedExecutionResult>;

const lagBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Measures open subscriptions, their events and delays, and how many reads they share. */
export function measureSubscriptions(registry: Registry) {
  const registers = [registry];
  const open = new Gauge({
    name: 'tributary_gateway_subscriptions_open',
    help: 'Open subscriptions, by transport.',
    labelNames: ['transport'],
    registers,
  });
  const sent = new Counter({
    name: 'tributary_gateway_events_sent_total',
    help: 'Events handed to the connections of subscribers, by transport.',
    labelNames: ['transport'],
    registers,
  });
  const lag = new Histogram({
    name: 'tributary_gateway_event_lag_seconds',
    help: 'From the signal of an event to the moment it is handed to a subscriber; replayed events do not count.',
    buckets: lagBuckets,
    registers,
  });
  const reads = new Counter({
    name: 'tributary_gateway_log_reads_total',
    help: 'Reads of event logs, each a federated query.',
    registers,
  });
  const served = new Counter({
    name: 'tributary_gateway_log_reads_served_total',
    help: 'Subscribers that these reads served: divided by the reads, how many share one.',
    registers,
  });

  /** The same results of a subscription, which counts as open until they end. */
  function follow(results: Results, transport: Transport, measured: OperationMetrics): Results {
    open.inc({ transport });
    let isOpen = true;
    const close = () => {
      if (isOpen) open.dec({ transport });
      isOpen = false;
      measured.end();
    };
    return onIteratorEnd(
      watchErrors(results, measured, () => sent.inc({ transport })),
      close,
    );
  }

  return {
    follow,
    lagged: (ms: number) => lag.observe(Math.max(0, ms) / 1000),
    read: () => reads.inc(),
    served: () => served.inc(),
  };
}

export type MeasuredSubscriptions = ReturnType<typeof measureSubscriptions>;

/** The same results; their errors, and the one they end with, count as errors of the operation. */
export function watchErrors(
  results: Results,
  measured: Pick<OperationMetrics, 'failed'>,
  onResult: () => void = () => undefined,
): Results {
  return {
    async next() {
      try {
        const result = await results.next();
        if (result.done) return result;
        onResult();
        measured.failed(result.value.errors ?? []);
        return result;
      } catch (error) {
        measured.failed([error]);
        throw error;
      }
    },
    return: async () => (await results.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
