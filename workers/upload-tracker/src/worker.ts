import { settings, wholeNumber } from '@tributary/core';
import { anyWork, emailSent, emailSkipped } from '@tributary/events';
import { startOutboxRelay } from '@tributary/messaging';
import { measureOutbox, measurePool } from '@tributary/metrics';
import { connectSignals } from '@tributary/signals';
import { createOutboxStore, createStatusRecorder, openUploadsDb } from '@tributary/uploads-db';
import { defineWorker } from '@tributary/worker';
import { z } from 'zod';
import { startReconciler } from './reconciler.ts';
import { trackMessage } from './track-message.ts';

export default defineWorker({
  name: 'upload-tracker',
  consumes: [
    anyWork.started,
    anyWork.progressed,
    anyWork.delayed,
    anyWork.completed,
    anyWork.failed,
    anyWork.cancelled,
    anyWork.settled,
    emailSent,
    emailSkipped,
  ],
  // Messages that are in flight at the same time are recorded together.
  prefetch: 100,
  config: z.object({
    UPLOADS_DATABASE_URL: settings.databaseUrl('uploads'),
    REDIS_URL: settings.redisUrl,
    TRIBUTARY_INSTANCE: settings.instance,
    RECONCILE_AFTER_MS: wholeNumber(1_000, 86_400_000)
      .default(300_000)
      .describe(
        'Time without any sign of work after which an upload is sent to its worker again; doubled after each time.',
      ),
  }),
  connect(config, { onClose, log, clock, metrics, broker: publisher }) {
    const db = openUploadsDb(config.UPLOADS_DATABASE_URL);
    onClose(() => db.close());
    measurePool(metrics, 'uploads', db.pool);
    const signals = connectSignals({ url: config.REDIS_URL, prefix: `${config.TRIBUTARY_INSTANCE}:`, log });
    onClose(() => signals.close());
    const store = createOutboxStore(db, { clock, onEvents: signals.signal });
    const onAttempt = measureOutbox(metrics, store.contents, clock.now);
    const relay = startOutboxRelay({ store, publisher, clock, log, pollMs: 1_000, onAttempt });
    onClose(() => relay.stop());
    const reconciler = startReconciler({ db, clock, log, metrics, relay, afterMs: config.RECONCILE_AFTER_MS });
    onClose(() => reconciler.stop());
    return { db, recorder: createStatusRecorder(db, clock), signals, relay };
  },
  // Redis is not waited for: without signals the gateways read the log every few seconds.
  checks: { 'the uploads database': ({ db }) => db.ping() },
  handle: trackMessage,
});
