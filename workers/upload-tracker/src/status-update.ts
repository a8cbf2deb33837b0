import { type anyWork, type BodyOf, type emailSent, rejectionReason } from '@tributary/events';
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
  ]
>;

/** What a message reports about its upload, with the time of the event. */
export function toStatusUpdate({ type, body }: TrackedMessage): StatusUpdate {
  const at = new Date(body.at);
  switch (type) {
    case '*.work.started':
      return { type: 'started', at };
    case '*.work.progressed':
      return { type: 'progressed', at, counts: toRowCounts(body), percent: body.percent };
    case '*.work.delayed':
      return { type: 'delayed', at, message: body.message, deadLettered: body.deadLettered };
    case '*.work.completed':
      return { type: 'loaded', at, ...toResult(body), awaits: body.conditions, version: body.version };
    case '*.work.failed':
      return { type: 'failed', at, ...toResult(body), failure: body.failure };
    case '*.work.cancelled':
      return { type: 'cancelled', at, ...toResult(body), awaits: body.conditions, version: body.version };
    case '*.work.settled':
      return { type: 'settled', at, condition: body.condition, version: body.version };
    case 'notifications.email.sent':
      return { type: 'notified', at };
  }
}

const toRowCounts = ({ counts }: Pick<BodyOf<Work['completed']>, 'counts'>) => ({
  rowsRead: counts.rowsRead ?? 0,
  rowsLoaded: counts.rowsLoaded ?? 0,
  rowsRejected: counts.rowsRejected ?? 0,
});

const toResult = (body: Pick<BodyOf<Work['completed']>, 'counts' | 'problems'>) => ({
  counts: toRowCounts(body),
  reasons: body.problems.flatMap((problem) => rejectionReason.safeParse(problem).data ?? []),
});
