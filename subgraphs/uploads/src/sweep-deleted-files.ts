import { fileIsDeleted, filesToDelete } from '@tributary/uploads-db';
import type { SweeperDeps } from './sweeper-deps.ts';

const batchSize = 100;

/** Deletes the files of deleted uploads that are still there. One that fails stays for the next sweep. */
export async function sweepDeletedFiles(deps: SweeperDeps): Promise<void> {
  for (const fileId of await filesToDelete(deps.db, batchSize)) await deleteFile(fileId, deps);
}

/** Deletes the file of a deleted upload, then forgets that it had to; never throws, since the next sweep tries again. */
export async function deleteFile(fileId: string, { db, files, log }: Omit<SweeperDeps, 'clock'>): Promise<void> {
  try {
    await files.delete(fileId);
    await fileIsDeleted(db, fileId);
  } catch (error) {
    log.warn({ err: error, fileId }, 'the file of a deleted upload stays for the next sweep');
  }
}
