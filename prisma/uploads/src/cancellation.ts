import { conflict } from '@tributary/core';
import type { UploadsDb } from './client.ts';
import type { Upload } from './generated/client.ts';
import { isFinal } from './status.ts';
import { applyUpdates } from './status-recorder.ts';
import { inTransaction } from './transaction.ts';
import { toCancelledRow } from './upload-messages.ts';
import { lockUploads, noUpload, toState } from './upload-rows.ts';

/**
 * Records that an upload is being cancelled and puts the uploadCancelled message into the outbox, in one transaction; its
 * worker decides whether the cancellation or the end of the work comes first. Repeating it changes nothing. NOT_FOUND if
 * there is none; CONFLICT once its work is done.
 */
export function requestCancel(db: UploadsDb, uploadId: string, now: Date): Promise<Upload> {
  return inTransaction(db, async (tx) => {
    const [upload] = await lockUploads(tx, [uploadId]);
    if (upload === undefined) throw noUpload(uploadId);
    const { status, endsAs, cancelRequestedAt } = toState(upload);
    if (status === 'CANCELLED') return upload;
    if (isFinal(status)) {
      throw conflict(`Upload ${uploadId} is ${status}. Only an unfinished upload can be cancelled.`, {
        reason: 'UPLOAD_ENDED',
      });
    }
    if (endsAs === 'COMPLETED') {
      throw conflict(`Upload ${uploadId} can no longer be cancelled: all its rows are loaded.`, {
        reason: 'UPLOAD_ALREADY_LOADED',
      });
    }
    if (cancelRequestedAt !== null) return upload;
    await applyUpdates(tx, [{ uploadId, updates: [{ type: 'cancelRequested' }] }], now);
    await tx.outboxMessage.create({ data: toCancelledRow(upload, now) });
    return tx.upload.findUniqueOrThrow({ where: { id: uploadId } });
  });
}
