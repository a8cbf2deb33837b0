import { Gauge, Histogram, type Registry, workBuckets } from '@tributary/metrics';

/** The same run, its time and outcome measured, and the data version that it brought the answers to. */
export function measureRefresh(registry: Registry, run: () => Promise<number>): () => Promise<number> {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'tributary_refresher_refresh_seconds',
    help: 'Time to compute all predetermined queries and replace their cached answers.',
    labelNames: ['outcome'],
    buckets: workBuckets,
    registers,
  });
  const newest = new Gauge({
    name: 'tributary_refresher_version',
    help: 'Data version of the answers that this process computed last.',
    registers,
  });
  return async () => {
    const end = seconds.startTimer();
    try {
      const version = await run();
      newest.set(version);
      end({ outcome: 'done' });
      return version;
    } catch (error) {
      end({ outcome: 'failed' });
      throw error;
    }
  };
}
