import { Gauge, Histogram, type Registry, workBuckets } from '@tributary/metrics';

/** Measures duration, outcome and resulting data version of each run. */
export function measureRefresh(registry: Registry, run: () => Promise<number>): () => Promise<number> {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'tributary_refresher_refresh_seconds',
    help: 'Time to compute the predetermined queries and replace their cached results.',
    labelNames: ['outcome'],
    buckets: workBuckets,
    registers,
  });
  const newest = new Gauge({
    name: 'tributary_refresher_version',
    help: 'Data version of the latest results that this process computed.',
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
