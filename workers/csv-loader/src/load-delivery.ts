import { type HandlingContext, SetAside } from '@tributary/worker';
import type { LoadDependencies, Upload } from './load-dependencies.ts';
import { loadUpload } from './load-upload.ts';
import { beginDelivery, forgetDeliveries, giveBackDelivery } from './store/delivery-count.ts';
import { openLoad } from './store/load-record.ts';
import { waitingForDatabase } from './store/waiting-for-database.ts';

const DEATHS = 5;

/**
 * Loads an upload, counting beside its progress how often a worker died with it in hand. After five deaths without
 * progress the message is set aside instead: the file is likely to kill whoever loads it. Brought back, it has a clean count.
 */
export async function loadDelivery(
  upload: Upload,
  dependencies: LoadDependencies & Pick<HandlingContext, 'delivery' | 'log'>,
): Promise<void> {
  const { delivery, signal, log } = dependencies;
  const { pool } = dependencies.db;
  const { uploadId } = upload;
  const load = await openLoad(pool, upload).catch(rethrow);
  const deaths = await beginDelivery(pool, uploadId, delivery).catch(rethrow);
  if (deaths >= DEATHS) {
    await forgetDeliveries(pool, uploadId).catch(rethrow);
    throw new SetAside(`${deaths} workers died one after the other with this upload in hand, without any progress.`);
  }

  let givenBack: Promise<void> | null = null;
  const giveBack = () => {
    givenBack ??= giveBackDelivery(pool, uploadId, delivery).catch((error: unknown) => {
      // Counts as one death more than there were, should the very same delivery come again.
      log.warn({ err: error }, 'could not give the delivery back');
    });
    return givenBack;
  };
  // Lost or handed back, it may be in other hands at once: the work that still ends here is not a second one.
  signal.addEventListener('abort', giveBack, { once: true });
  if (signal.aborted) void giveBack();
  try {
    await loadUpload(upload, dependencies, load);
  } finally {
    signal.removeEventListener('abort', giveBack);
    await giveBack();
  }
}

function rethrow(error: unknown): never {
  throw waitingForDatabase(error);
}
