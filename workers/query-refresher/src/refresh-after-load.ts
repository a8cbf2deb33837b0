import { type loadCancelled, type loadCompleted, loadFailed, queriesRefreshed } from '@tributary/events';
import type { HandlingContext, MessageOf } from '@tributary/worker';
import type { Refresher } from './refresher.ts';

type FinishedLoad = MessageOf<readonly [typeof loadCompleted, typeof loadFailed, typeof loadCancelled]>;

interface Dependencies extends Pick<HandlingContext, 'publish' | 'clock' | 'messageId'> {
  refresher: Refresher;
}

/**
 * Brings the stored results up to a load that ended, and publishes it if the upload awaits that: after it was completed, or
 * cancelled with rows committed. Nobody waits for a failed one. A repeated message is answered with the same message id.
 */
export async function refreshAfterLoad(
  message: FinishedLoad,
  { refresher, publish, clock, messageId }: Dependencies,
): Promise<void> {
  if (message.type === loadFailed.type || !message.body.awaits.includes(queriesRefreshed.type)) {
    await refresher.refresh();
    return;
  }
  const { uploadId } = message.body;
  const version = await refresher.refreshTo(message.body.version);
  const refreshed = { uploadId, at: clock.now().toISOString(), version };
  await publish(queriesRefreshed, refreshed, { messageId: `${messageId}:refreshed` });
}
