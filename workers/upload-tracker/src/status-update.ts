import type { anyWork, emailSent, emailSkipped } from '@tributary/events';
import type { StatusUpdate } from '@tributary/uploads-db';
import type { MessageOf } from '@tributary/worker';

type Work = typeof anyWork;

/** Every message the tracker consumes. */
export type TrackedMessage = MessageOf<
  readonly [
    Work['started'],
    Work['progressed'],
    Work['delayed'],
    Work['completed'],
    Work['failed'],
    Work['cancelled'],
    Work['settled'],
    typeof emailSent,
    typeof emailSkipped,
  ]
>;

/** What a message reports about its upload, with the time of the event. */
export function toStatusUpdate({ type, body }: TrackedMessage): StatusUpdate {
  const at = new Date(body.at);
  switch (type) {
    case '*.work.started':
      return { type: 'started', at };
    case '*.work.progressed':
      return { ...body, type: 'progressed', at };
    case '*.work.delayed':
      return { type: 'delayed', at, message: body.message, deadLettered: body.deadLettered };
    case '*.work.completed':
      return { ...body, type: 'loaded', at };
    case '*.work.failed':
      return { ...body, type: 'failed', at };
    case '*.work.cancelled':
      return { ...body, type: 'cancelled', at };
    case '*.work.settled':
      return { type: 'settled', at, condition: body.condition, version: body.version };
    case 'notifications.email.sent':
      return { type: 'notified', at };
    case 'notifications.email.skipped':
      return { type: 'noticeSkipped', at };
  }
}
