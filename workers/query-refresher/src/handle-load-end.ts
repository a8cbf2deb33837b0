import { type loadCancelled, loadCompleted, type loadFailed, queriesRefreshed } from '@tributary/events';
import type { HandlingContext, MessageOf } from '@tributary/worker';
import type { Refresher } from './create-refresher.ts';

type LoadEnd = MessageOf<readonly [typeof loadCompleted, typeof loadFailed, typeof loadCancelled]>;

interface Dependencies extends Pick<HandlingContext, 'publish' | 'clock' | 'messageId'> {
  refresher: Refresher;
}

/**
 * Brings the cached answers up to a load that ended, and says so if it was completed. A failed or cancelled load may
 * have committed rows before its end, but nobody waits for them. A repeated message is answered with the same message id.
 */
export async function handleLoadEnd(
  message: LoadEnd,
  { refresher, publish, clock, messageId }: Dependencies,
): Promise<void> {
  if (message.type !== loadCompleted.type) {
    await refresher.refresh();
    return;
  }
  const { uploadId } = message.body;
  const version = await refresher.refreshTo(message.body.version);
  const refreshed = { uploadId, at: clock.now().toISOString(), version };
  await publish(queriesRefreshed, refreshed, { messageId: `${messageId}:refreshed` });
}
