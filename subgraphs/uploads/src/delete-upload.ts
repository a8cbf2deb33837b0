import type { Clock, Log } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import { requireViewer, type Viewer } from '@tributary/graphql';
import { forgetUpload, type Upload, type UploadsDb } from '@tributary/uploads-db';
import { deleteFile } from './sweep-deleted-files.ts';

interface DeleteUploadDeps {
  readonly db: UploadsDb;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly viewer: Viewer | null;
  readonly uploads: { require(id: string): Promise<Upload> };
}

/**
 * Deletes an upload that has ended, for its uploader or ADMIN. Once this answers the record is gone for good, and the
 * file at once or, if the store is away or this process dies, with the next sweep.
 */
export async function deleteUpload(id: string, deps: DeleteUploadDeps): Promise<true> {
  const { db, clock, log, uploads } = deps;
  await uploads.require(id);
  const fileId = await forgetUpload(db, id, requireViewer(deps.viewer), clock.now());
  log.info({ uploadId: id }, 'an upload was deleted');
  await deleteFile(fileId, deps);
  return true;
}
