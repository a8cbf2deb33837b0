import type { BodyOf, uploadCancelled } from '@tributary/events';
import type { LoadDependencies } from './load-dependencies.ts';
import { publishEnd } from './publish-end.ts';
import { cancelLoad } from './store/load-record.ts';
import { waitingForDatabase } from './store/waiting-for-database.ts';

/**
 * Cancels a load and publishes its end. A loader at work on it cannot commit another chunk from here on, so the counts are
 * exact; a load that had ended before has that end published again.
 */
export async function endAsCancelled(
  cancelled: BodyOf<typeof uploadCancelled>,
  dependencies: Pick<LoadDependencies, 'db' | 'publish' | 'clock'>,
): Promise<void> {
  try {
    const load = await cancelLoad(dependencies.db.pool, cancelled);
    await publishEnd(cancelled.uploadId, load, dependencies);
  } catch (error) {
    throw waitingForDatabase(error);
  }
}
