import { settings } from '@tributary/core';
import { openEmploymentDb } from '@tributary/employment-db';
import { uploadAccepted, uploadCancelled, uploadDeleted } from '@tributary/events';
import { openFileStore } from '@tributary/file-store';
import { measurePool } from '@tributary/metrics';
import { defineWorker } from '@tributary/worker';
import { z } from 'zod';
import { purgeLoad } from './deleted-load.ts';
import { departments, hiredEmployees, jobs } from './kinds.ts';
import { loadDelivery } from './load-delivery.ts';
import { toUnavailable, work } from './load-dependencies.ts';
import { endAsCancelled } from './load-end.ts';
import { measureLoading } from './loading-metrics.ts';
import { createSizeLimiter, PREFETCH } from './size-limiter.ts';
import { markDeadLettered } from './store/load-record.ts';

/** Loads uploaded files into the employment database, large ones two at a time, and forgets those that were deleted. */
export default defineWorker({
  name: 'csv-loader',
  kinds: [departments, jobs, hiredEmployees],
  consumes: [uploadAccepted, uploadCancelled, uploadDeleted],
  prefetch: PREFETCH,
  // A cancellation must not wait behind the files it is to stop.
  separateQueues: { cancellations: { consumes: [uploadCancelled], prefetch: 2 } },
  config: z.object({
    EMPLOYMENT_DATABASE_URL: settings.databaseUrl('employment'),
    FILE_STORE_URL: settings.fileStoreUrl,
  }),
  async connect(config, { onClose, metrics }) {
    const files = await openFileStore(config.FILE_STORE_URL);
    onClose(() => files.close());
    const db = openEmploymentDb(config.EMPLOYMENT_DATABASE_URL);
    onClose(() => db.close());
    measurePool(metrics, 'employment', db.pool);
    return { db, files, limitBySize: createSizeLimiter(), measure: measureLoading(metrics) };
  },
  checks: {
    'the employment database': ({ db }) => db.pool.query('SELECT 1 FROM data_version'),
    'the file store': ({ files }) => files.ping(),
  },
  handle({ type, body }, dependencies) {
    switch (type) {
      case 'uploads.upload.deleted':
        return purgeLoad(body, dependencies);
      case 'uploads.upload.cancelled':
        return endAsCancelled(body, dependencies);
      default:
        return dependencies.limitBySize(body, dependencies.signal, () => loadDelivery(body, dependencies));
    }
  },
  async onDelayed({ type, body: { uploadId } }, { reason, retryInMs }, { publish, clock }) {
    if (type === 'uploads.upload.deleted') return;
    const message = `${reason.replace(/\.$/, '')}, next try in ${Math.ceil(retryInMs / 1000)} s.`;
    await publish(work.delayed, { uploadId, at: clock.now().toISOString(), message });
  },
  async onDeadLettered({ type, body }, { publish, clock, db }) {
    if (type === 'uploads.upload.deleted') return;
    const [task, now] = [type === 'uploads.upload.cancelled' ? 'Cancelling' : 'Loading', clock.now()];
    await markDeadLettered(db.pool, body, now).catch(rethrowUnavailable);
    const message = `${task} failed repeatedly. An administrator has to look at it; you can also cancel or delete it.`;
    await publish(work.delayed, { uploadId: body.uploadId, at: now.toISOString(), message, deadLettered: true });
  },
});

function rethrowUnavailable(error: unknown): never {
  throw toUnavailable(error);
}
