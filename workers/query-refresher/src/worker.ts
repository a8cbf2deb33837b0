import { openResultCache, refreshResults } from '@tributary/answers';
import { settings } from '@tributary/core';
import { computeQueryResults, openEmploymentDb } from '@tributary/employment-db';
import { anyWork } from '@tributary/events';
import { measurePool } from '@tributary/metrics';
import { inSpan } from '@tributary/tracing';
import { defineWorker } from '@tributary/worker';
import { z } from 'zod';
import { refreshAfterLoad } from './refresh-after-load.ts';
import { measureRefresh } from './refresh-metrics.ts';
import { createRefresher } from './refresher.ts';

export default defineWorker({
  name: 'query-refresher',
  consumes: [anyWork.completed, anyWork.failed, anyWork.cancelled],
  // Work that ends during a run shares the next run.
  prefetch: 50,
  config: z.object({
    EMPLOYMENT_DATABASE_URL: settings.databaseUrl('employment'),
    REDIS_URL: settings.redisUrl,
    TRIBUTARY_INSTANCE: settings.instance,
  }),
  connect(config, { onClose, log, clock, metrics }) {
    const db = openEmploymentDb(config.EMPLOYMENT_DATABASE_URL);
    onClose(() => db.close());
    measurePool(metrics, 'employment', db.pool);
    const cache = openResultCache({
      redisUrl: config.REDIS_URL,
      prefix: `${config.TRIBUTARY_INSTANCE}:`,
      log,
    });
    onClose(() => cache.close());
    const run = () =>
      inSpan('refresh results', {}, async (span) => {
        const results = await refreshResults(cache, (since) => computeQueryResults(db.pool, since));
        span.setAttribute('tributary.version', results.version);
        span.setAttribute('tributary.years', results.hiresByQuarter.size);
        return results.version;
      });
    const refresher = createRefresher({
      storedVersion: () => cache.version(),
      run: measureRefresh(metrics, run),
      minIntervalMs: 200,
      clock,
    });
    return { db, cache, refresher };
  },
  checks: {
    'the employment database': ({ db }) => db.pool.query('SELECT 1 FROM data_version'),
    Redis: ({ cache }) => cache.version(),
  },
  handle: refreshAfterLoad,
});
