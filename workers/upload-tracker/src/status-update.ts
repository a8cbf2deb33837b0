import type {
  emailSent,
  loadCancelled,
  loadCompleted,
  loadDelayed,
  loadFailed,
  loadProgressed,
  loadStarted,
  queriesRefreshed,
} from '@tributary/events';
import type { StatusUpdate } from '@tributary/uploads-db';
import type { MessageOf } from '@tributary/worker';

/** Every message the tracker takes, told apart by its type. */
export type TrackedMessage = MessageOf<
  readonly [
    typeof loadStarted,
    typeof loadProgressed,
    typeof loadDelayed,
    typeof loadCompleted,
    typeof loadFailed,
    typeof loadCancelled,
    typeof queriesRefreshed,
    typeof emailSent,
  ]
>;

/** What a message reports about its upload, with the time of the event. A condition is named by the type as published. */
export function toStatusUpdate({ type, body }: TrackedMessage, messageType: string): StatusUpdate {
  const at = new Date(body.at);
  switch (type) {
    case 'employment.load.started':
      return { type: 'started', at };
    case 'employment.load.progressed':
      return { type: 'progressed', at, counts: toCounts(body), percent: body.percent };
    case 'employment.load.delayed':
      return { type: 'delayed', at, message: body.message, deadLettered: body.deadLettered };
    case 'employment.load.completed':
      return {
        type: 'loaded',
        at,
        counts: toCounts(body),
        reasons: body.reasons,
        awaits: body.awaits,
        version: body.version,
      };
    case 'employment.load.failed':
      return { type: 'failed', at, counts: toCounts(body), reasons: body.reasons, failure: body.failure };
    case 'employment.load.cancelled':
      return {
        type: 'cancelled',
        at,
        counts: toCounts(body),
        reasons: body.reasons,
        awaits: body.awaits,
        version: body.version,
      };
    case 'employment.queries.refreshed':
      return { type: 'settled', at, condition: messageType, version: body.version };
    case 'notifications.email.sent':
      return { type: 'notified', at };
  }
}

const toCounts = ({
  rowsRead,
  rowsLoaded,
  rowsRejected,
}: {
  rowsRead: number;
  rowsLoaded: number;
  rowsRejected: number;
}) => ({
  rowsRead,
  rowsLoaded,
  rowsRejected,
});
