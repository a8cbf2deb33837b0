import { isAppError } from '@tributary/core';
import type { OutboxRelay } from '@tributary/messaging';
import type { Signals } from '@tributary/signals';
import { isFinal, type StatusRecorder } from '@tributary/uploads-db';
import type { HandlingContext } from '@tributary/worker';
import { type TrackedMessage, toStatusUpdate } from './status-update.ts';

export interface TrackerDependencies {
  readonly recorder: Pick<StatusRecorder, 'record'>;
  readonly signals: Pick<Signals, 'signal'>;
  readonly relay: Pick<OutboxRelay, 'nudge'>;
}

/**
 * Records the status update of a message and signals the upload. Also signals if nothing has changed, because the process may have
 * died between the commit and the signal of an earlier delivery. A message about an unknown upload is dropped: uploads are committed
 * before their first message, so it was deleted.
 */
export async function trackMessage(
  message: TrackedMessage,
  { recorder, signals, relay, log }: TrackerDependencies & Pick<HandlingContext, 'log'>,
): Promise<void> {
  const { uploadId } = message.body;
  try {
    const { ownerId, events } = await recorder.record(uploadId, [toStatusUpdate(message)]);
    signals.signal({ uploadId, ownerId });
    if (events.some(({ status }) => isFinal(status))) relay.nudge();
  } catch (error) {
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    log.warn({ uploadId, type: message.type }, 'message dropped, unknown upload');
  }
}
