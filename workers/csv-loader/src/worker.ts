import { urlOf } from '@tributary/core';
import { openEmploymentDb } from '@tributary/employment-db';
import { loadDelayed, uploadReceived } from '@tributary/events';
import { openFileStore } from '@tributary/file-store';
import { defineWorker } from '@tributary/worker';
import { z } from 'zod';
import { loadUpload } from './load-upload.ts';

/** Loads uploaded files into the employment database, two at a time. */
export default defineWorker({
  name: 'csv-loader',
  consumes: uploadReceived,
  prefetch: 2,
  config: z.object({
    EMPLOYMENT_DATABASE_URL: urlOf('mysql', 'mariadb'),
    FILE_STORE_URL: urlOf('file', 'mongodb', 'mongodb+srv'),
  }),
  async connect(config, onClose) {
    const files = await openFileStore(config.FILE_STORE_URL);
    onClose(() => files.close());
    const db = openEmploymentDb(config.EMPLOYMENT_DATABASE_URL);
    onClose(() => db.close());
    return { db, files };
  },
  handle: loadUpload,
  async delayed({ uploadId }, { reason }, { publish, clock }) {
    await publish(loadDelayed, { uploadId, at: clock.now().toISOString(), message: reason });
  },
});
