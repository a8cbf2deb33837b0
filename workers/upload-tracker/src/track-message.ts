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
 * Records what a message tells and lets the world know. Signals also when nothing was new: the process may have died
 * between the commit and the signal of an earlier delivery; the message about an end is then sent at the relay's next look. A message about an upload that does not exist
 * is dropped: uploads are committed before their first message, so this one was deleted.
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
