import type { Clock } from '@tributary/core';
import { type loadCancelled, loadCompleted, type loadFailed, queriesRefreshed } from '@tributary/events';
import type { HandlingContext, MessageOf } from '@tributary/worker';
import type { Refresher } from './create-refresher.ts';

type LoadEnd = MessageOf<readonly [typeof loadCompleted, typeof loadFailed, typeof loadCancelled]>;

interface Dependencies {
  refresher: Refresher;
  publish: HandlingContext['publish'];
  clock: Clock;
}

/**
 * Brings the cached answers up to a load that ended, and says so if it was completed. A failed or cancelled load may
 * have committed rows before its end, but nobody waits for them.
 */
export async function handleLoadEnd(message: LoadEnd, { refresher, publish, clock }: Dependencies): Promise<void> {
  if (message.type !== loadCompleted.type) {
    await refresher.refresh();
    return;
  }
  const { uploadId } = message.body;
  const version = await refresher.refreshTo(message.body.version);
  await publish(queriesRefreshed, { uploadId, at: clock.now().toISOString(), version });
}
