import { Counter, Histogram, type Registry, secondsBuckets } from '@tributary/metrics';

export type CallOutcome = 'ok' | 'errors' | 'timeout' | 'unavailable' | 'aborted' | 'refused';

/** Measures subgraph requests, and the bytes that pass through in both directions. */
export function measureSubgraphs(registry: Registry) {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'tributary_gateway_subgraph_seconds',
    help: 'Time of requests to subgraphs until their answer was read, by subgraph and outcome.',
    labelNames: ['subgraph', 'outcome'],
    buckets: secondsBuckets,
    registers,
  });
  const uploaded = new Counter({
    name: 'tributary_gateway_upload_bytes_total',
    help: 'Bytes of files streamed to subgraphs.',
    registers,
  });
  const passed = new Counter({
    name: 'tributary_gateway_pass_through_bytes_total',
    help: 'Bytes of answers streamed from pass-through routes.',
    labelNames: ['subgraph'],
    registers,
  });
  return {
    /** Starts a call; the returned function ends it. */
    call(subgraph: string): (outcome: CallOutcome) => void {
      const end = seconds.startTimer({ subgraph });
      return (outcome) => void end({ outcome });
    },
    uploaded: (bytes: number) => uploaded.inc(bytes),
    passed: (subgraph: string, bytes: number) => passed.inc({ subgraph }, bytes),
  };
}
