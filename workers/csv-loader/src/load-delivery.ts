import { type HandlingContext, UnrecoverableError } from '@tributary/worker';
import { type LoadDependencies, toUnavailable, type Upload } from './load-dependencies.ts';
import { loadUpload } from './load-upload.ts';
import { deleteCrashCounts, recordCleanExit, recordStart, resetCrashCount } from './store/crash-counts.ts';
import { openLoad } from './store/load-record.ts';

const maxCrashes = 5;

/**
 * Loads an upload, counting how often a worker crashed on this message. After five crashes without progress the message is
 * dead-lettered instead: the file is likely to kill any loader. When it is replayed it counts from 0.
 */
export async function loadDelivery(
  upload: Upload,
  dependencies: LoadDependencies & Pick<HandlingContext, 'messageId' | 'log'>,
): Promise<void> {
  const { messageId, signal, log } = dependencies;
  const { pool } = dependencies.db;
  const message = { uploadId: upload.uploadId, messageId };
  const load = await openLoad(pool, upload).catch(rethrowUnavailable);
  if (load.state !== 'LOADING') {
    await deleteCrashCounts(pool, upload.uploadId).catch(rethrowUnavailable);
    return loadUpload(upload, dependencies, load);
  }
  const crashes = await recordStart(pool, message, load).catch(rethrowUnavailable);
  if (crashes >= maxCrashes) {
    await resetCrashCount(pool, message).catch(rethrowUnavailable);
    throw new UnrecoverableError(`${crashes} workers crashed while they loaded this upload, without any progress.`);
  }

  let exit: Promise<void> | null = null;
  const exitCleanly = () => {
    exit ??= recordCleanExit(pool, message).catch((error: unknown) => {
      // Counts as one crash too many until the load makes progress.
      log.warn({ err: error }, 'clean exit not recorded');
    });
    return exit;
  };
  // A delivery that was lost or requeued may be handled elsewhere at once: this one is not a crash, although it still runs.
  signal.addEventListener('abort', exitCleanly, { once: true });
  if (signal.aborted) void exitCleanly();
  try {
    await loadUpload(upload, dependencies, load);
  } finally {
    signal.removeEventListener('abort', exitCleanly);
    await exitCleanly();
  }
}

function rethrowUnavailable(error: unknown): never {
  throw toUnavailable(error);
}
