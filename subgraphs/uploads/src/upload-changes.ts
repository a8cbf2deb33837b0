import type { Clock, Log } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import { requireViewer, type Viewer } from '@tributary/graphql';
import type { DeletedUploads } from '@tributary/redis';
import { deleteUploadRecord, requestCancel, type Upload, type UploadsDb } from '@tributary/uploads-db';
import type { UploadFileDeps } from './intake.ts';
import { deleteFiles } from './sweeper.ts';

interface CancelUploadDeps {
  readonly db: UploadsDb;
  readonly clock: Clock;
  readonly log: Log;
  /** Signals the change and has its message sent at once. */
  readonly onAccepted: UploadFileDeps['onAccepted'];
  readonly uploads: { require(id: string): Promise<Upload> };
}

/** Has an unfinished upload cancelled by its worker, for its uploader or ADMIN; the answer may come before the worker's. */
export async function cancelUpload(
  id: string,
  { db, clock, log, onAccepted, uploads }: CancelUploadDeps,
): Promise<Upload> {
  await uploads.require(id);
  const upload = await requestCancel(db, id, clock.now());
  log.info({ uploadId: id }, 'upload cancellation requested');
  onAccepted(upload);
  return upload;
}

interface DeleteUploadDeps {
  readonly db: UploadsDb;
  readonly files: FileStore;
  readonly deletedUploads: Pick<DeletedUploads, 'mark'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly viewer: Viewer | null;
  readonly uploads: { require(id: string): Promise<Upload> };
}

/**
 * Deletes an upload that is final, for its uploader or ADMIN. When this returns, the record is gone and no download link
 * works any more. The file is deleted at once or, if the store is unavailable or this process dies, by the next sweep.
 */
export async function deleteUpload(id: string, deps: DeleteUploadDeps): Promise<true> {
  const { db, clock, log, uploads } = deps;
  await uploads.require(id);
  const fileId = await deleteUploadRecord(db, id, requireViewer(deps.viewer), clock.now());
  log.info({ uploadId: id }, 'upload deleted');
  await deps.deletedUploads.mark(id).catch((error: unknown) => {
    log.warn(
      { err: error, uploadId: id },
      'links to rejected rows not revoked: they end when csv-loader removes the rows',
    );
  });
  await deleteFiles(fileId, deps);
  return true;
}
