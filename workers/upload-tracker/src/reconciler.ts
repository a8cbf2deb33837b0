import type { Clock, Log } from '@tributary/core';
import type { OutboxRelay } from '@tributary/messaging';
import { Counter, type Registry } from '@tributary/metrics';
import { resendPendingNotices, resendStaleUploads, type UploadsDb } from '@tributary/uploads-db';

interface ReconcilerDeps {
  readonly db: UploadsDb;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Registry;
  readonly relay: Pick<OutboxRelay, 'nudge'>;
  /** How long an upload may be without a sign of work. */
  readonly afterMs: number;
}

const maxAtOnce = 100;
const maxIntervalMs = 60_000;

/**
 * Sends uploads without a sign of work again, at most 100 each minute or fifth of `afterMs`: RabbitMQ may have lost a
 * message that it confirmed. Any number may run. The first look comes after one interval, so that a tracker that was down
 * first records what waits in its queue.
 */
export function startReconciler({ db, clock, log, metrics, relay, afterMs }: ReconcilerDeps): {
  stop(): Promise<void>;
} {
  const resent = new Counter({
    name: 'tributary_uploads_resent_total',
    help: 'Uploads whose message was sent again since there was no sign of work.',
    registers: [metrics],
  });
  const resentNotices = new Counter({
    name: 'tributary_notices_resent_total',
    help: 'Notices about finished uploads that were sent again since the notifier had not reported on them.',
    registers: [metrics],
  });
  const stopping = new AbortController();
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };

  async function run() {
    const everyMs = Math.min(maxIntervalMs, afterMs / 5);
    while (!stopping.signal.aborted) {
      await clock.sleep(everyMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await reconcile().catch((error: unknown) => log.warn({ err: error }, 'reconciliation failed'));
    }
  }

  async function reconcile() {
    const uploads = await resendStaleUploads(db, { now: clock.now(), afterMs, limit: maxAtOnce });
    for (const { id, status, resends } of uploads) log.warn({ uploadId: id, status, resends }, 'stale upload resent');
    const notices = await resendPendingNotices(db, { now: clock.now(), afterMs, limit: maxAtOnce });
    for (const { id, noticeResends } of notices) log.warn({ uploadId: id, noticeResends }, 'notice resent');
    if (uploads.length + notices.length === 0) return;
    resent.inc(uploads.length);
    resentNotices.inc(notices.length);
    relay.nudge();
  }
}
