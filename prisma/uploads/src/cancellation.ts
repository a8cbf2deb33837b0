import { conflict, notFound } from '@tributary/core';
import type { UploadsDb } from './client.ts';
import type { Upload } from './generated/client.ts';
import { isFinal } from './status.ts';
import { applyUpdates } from './status-recorder.ts';
import { inTransaction } from './transaction.ts';
import { toCancelledRow } from './upload-messages.ts';
import { lockUploads, toState } from './upload-rows.ts';

/**
 * Records that an upload is being cancelled and puts the uploadCancelled message into the outbox, in one transaction; its
 * worker decides whether the cancellation or the end of the work comes first. Repeating it changes nothing. NOT_FOUND if
 * there is none; CONFLICT once its work is done.
 */
export function requestCancel(db: UploadsDb, uploadId: string, now: Date): Promise<Upload> {
  return inTransaction(db, async (tx) => {
    const [upload] = await lockUploads(tx, [uploadId]);
    if (upload === undefined) throw notFound(`There is no upload ${uploadId}.`);
    const { status, endsAs, cancelRequestedAt } = toState(upload);
    if (status === 'CANCELLED') return upload;
    if (isFinal(status)) throw conflict(`Upload ${uploadId} is ${status}: only an unfinished upload can be cancelled.`);
    if (endsAs === 'COMPLETED') {
      throw conflict(`All rows of upload ${uploadId} are loaded and stay: it can no longer be cancelled.`);
    }
    if (cancelRequestedAt !== null) return upload;
    await applyUpdates(tx, [{ uploadId, updates: [{ type: 'cancelRequested' }] }], now);
    await tx.outboxMessage.create({ data: toCancelledRow(upload, now) });
    return tx.upload.findUniqueOrThrow({ where: { id: uploadId } });
  });
}
