import type { Clock, Log } from '@tributary/core';
import { requestCancel, type Upload, type UploadsDb } from '@tributary/uploads-db';
import type { UploadFileDeps } from './upload-file.ts';

interface CancelUploadDeps {
  readonly db: UploadsDb;
  readonly clock: Clock;
  readonly log: Log;
  /** Signals the change and has its message sent at once. */
  readonly accepted: UploadFileDeps['accepted'];
  readonly uploads: { require(id: string): Promise<Upload> };
}

/** Has an unfinished upload cancelled by its worker, for its uploader or ADMIN; the answer may come before the worker's. */
export async function cancelUpload(
  id: string,
  { db, clock, log, accepted, uploads }: CancelUploadDeps,
): Promise<Upload> {
  await uploads.require(id);
  const upload = await requestCancel(db, id, clock.now());
  log.info({ uploadId: id }, 'upload cancellation requested');
  accepted(upload);
  return upload;
}
