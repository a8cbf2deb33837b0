import { isAppError } from '@tributary/core';
import type { OutboxRelay } from '@tributary/messaging';
import type { Signals } from '@tributary/signals';
import { recordFacts, type UploadsDb } from '@tributary/uploads-db';
import type { HandlingContext } from '@tributary/worker';
import { factOf, type TrackedMessage } from './fact-of.ts';

export interface TrackerDependencies {
  readonly db: UploadsDb;
  readonly signals: Pick<Signals, 'signal'>;
  readonly relay: Pick<OutboxRelay, 'nudge'>;
}

/**
 * Records what a message tells and lets the world know. Signals and nudges also when nothing was new: the process may
 * have died between the commit and the signal of an earlier delivery. A message about an upload that does not exist
 * is dropped: uploads are committed before their first message, so this one was deleted.
 */
export async function trackMessage(
  message: TrackedMessage,
  { db, signals, relay, clock, log }: TrackerDependencies & Pick<HandlingContext, 'clock' | 'log'>,
): Promise<void> {
  const { uploadId } = message.body;
  try {
    const { ownerId } = await recordFacts(db, uploadId, factOf(message), clock.now());
    signals.signal({ uploadId, ownerId });
  } catch (error) {
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    log.warn({ uploadId, type: message.type }, 'message about an upload that does not exist');
    return;
  }
  relay.nudge();
}
