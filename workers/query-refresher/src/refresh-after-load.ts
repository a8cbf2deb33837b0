import { type anyWork, employmentResults, workEvents } from '@tributary/events';
import type { HandlingContext, MessageOf } from '@tributary/worker';
import type { Refresher } from './refresher.ts';

type FinishedWork = MessageOf<
  readonly [(typeof anyWork)['completed'], (typeof anyWork)['failed'], (typeof anyWork)['cancelled']]
>;

interface Dependencies extends Pick<HandlingContext, 'publish' | 'clock' | 'messageId'> {
  refresher: Refresher;
}

const { settled } = workEvents('query-refresher');

/**
 * Refreshes the results after work that names them as a condition, and publishes that the condition holds, unless the work failed.
 * A repeated message leads to the same message id.
 */
export async function refreshAfterLoad(
  { type, body }: FinishedWork,
  { refresher, publish, clock, messageId }: Dependencies,
): Promise<void> {
  if (!body.conditions.includes(employmentResults)) return;
  if (type === '*.work.failed') {
    await refresher.refresh();
    return;
  }
  const { uploadId } = body;
  const version = await refresher.refreshTo(body.version);
  const at = clock.now().toISOString();
  await publish(
    settled,
    { uploadId, at, condition: employmentResults, version },
    { messageId: `${messageId}:refreshed` },
  );
}
