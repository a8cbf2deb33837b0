import { urlOf } from '@tributary/core';
import { openEmploymentDb } from '@tributary/employment-db';
import { loadDelayed, uploadDeleted, uploadReceived } from '@tributary/events';
import { openFileStore } from '@tributary/file-store';
import { measurePool } from '@tributary/metrics';
import { defineWorker } from '@tributary/worker';
import { z } from 'zod';
import { forgetLoad } from './forget-load.ts';
import { createInTurn, PREFETCH } from './large-files.ts';
import { loadDelivery } from './load-delivery.ts';
import { measureLoading } from './measure-loading.ts';

/** Loads uploaded files into the employment database, large ones two at a time, and forgets those that were deleted. */
export default defineWorker({
  name: 'csv-loader',
  consumes: [uploadReceived, uploadDeleted],
  prefetch: PREFETCH,
  config: z.object({
    EMPLOYMENT_DATABASE_URL: urlOf('mysql', 'mariadb'),
    FILE_STORE_URL: urlOf('file', 'mongodb', 'mongodb+srv'),
  }),
  async connect(config, onClose, metrics) {
    const files = await openFileStore(config.FILE_STORE_URL);
    onClose(() => files.close());
    const db = openEmploymentDb(config.EMPLOYMENT_DATABASE_URL);
    onClose(() => db.close());
    measurePool(metrics, 'employment', db.pool);
    return { db, files, inTurn: createInTurn(), measure: measureLoading(metrics) };
  },
  checks: {
    'the employment database': ({ db }) => db.pool.query('SELECT 1 FROM data_version'),
    'the file store': ({ files }) => files.ping(),
  },
  handle: ({ type, body }, dependencies) =>
    type === 'uploads.upload.deleted'
      ? forgetLoad(body, dependencies)
      : dependencies.inTurn(body, dependencies.signal, () => loadDelivery(body, dependencies)),
  async delayed({ type, body: { uploadId } }, { reason, retryInMs }, { publish, clock }) {
    if (type === 'uploads.upload.deleted') return;
    const message = `${reason.replace(/\.$/, '')}, next try in ${Math.ceil(retryInMs / 1000)} s.`;
    await publish(loadDelayed, { uploadId, at: clock.now().toISOString(), message });
  },
  async deadLettered({ type, body: { uploadId } }, { publish, clock }) {
    if (type === 'uploads.upload.deleted') return;
    const message = 'Loading the file failed again and again. It is set aside for a person to look at.';
    await publish(loadDelayed, { uploadId, at: clock.now().toISOString(), message });
  },
});
