import { loadCancelled, loadCompleted, loadFailed, queriesRefreshed } from '@tributary/events';
import type { LoadDependencies } from './load-dependencies.ts';
import type { LoadRecord } from './store/load-record.ts';

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
