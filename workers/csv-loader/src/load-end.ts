import {
  type BodyOf,
  loadCancelled,
  loadCompleted,
  loadFailed,
  queriesRefreshed,
  type uploadCancelled,
} from '@tributary/events';
import { type LoadDependencies, toUnavailable } from './load-dependencies.ts';
import { cancelLoad, type LoadRecord } from './store/load-record.ts';

/** Publishes how a load ended, from what is committed: the same message however often it is sent. */
export async function publishEnd(
  uploadId: string,
  load: LoadRecord,
  { publish, clock }: Pick<LoadDependencies, 'publish' | 'clock'>,
): Promise<void> {
  const { rowsRead, rowsLoaded, rowsRejected, reasons, version } = load;
  const body = { uploadId, at: clock.now().toISOString(), rowsRead, rowsLoaded, rowsRejected };
  if (load.state === 'COMPLETED') {
    await publish(loadCompleted, { ...body, reasons, awaits: [queriesRefreshed.type], version });
  } else if (load.state === 'FAILED') {
    await publish(loadFailed, { ...body, reasons, failure: load.failure ?? 'The file could not be loaded.' });
  } else {
    const awaits = rowsLoaded > 0 ? [queriesRefreshed.type] : [];
    await publish(loadCancelled, { ...body, reasons, awaits, version });
  }
}

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
    throw toUnavailable(error);
  }
}
