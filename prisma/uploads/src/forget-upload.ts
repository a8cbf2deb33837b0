import { conflict, notFound } from '@tributary/core';
import { uploadDeleted, uploadReceived } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import type { Transaction, UploadsDb } from './client.ts';
import type { Upload } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { lockUploads } from './lock-uploads.ts';
import { outboxRow } from './outbox-row.ts';
import { stateOfRow } from './upload-row.ts';
import { isEnd } from './upload-status.ts';

/**
 * Deletes an upload that has ended or was dead-lettered, with its log, in one transaction that also writes the audit entry, marks the file for
 * deletion and puts the uploadDeleted message into the outbox. Its idempotency key is free again. NOT_FOUND if there is
 * none, CONFLICT while it has not ended. Returns the id of the file, which nobody names any more.
 */
export function forgetUpload(
  db: UploadsDb,
  uploadId: string,
  actor: { readonly id: string; readonly email: string },
  now: Date,
): Promise<string> {
  return inTransaction(db, async (tx) => {
    const upload = await lockDeletable(tx, uploadId);
    await tx.auditEntry.create({ data: auditEntry(upload, actor, now) });
    await tx.deletedFile.create({ data: { fileId: upload.fileId, deletedAt: now } });
    // Confirmed but not marked so when its relay died: it has been worked on, and must not be sent again.
    const unmarked = await tx.outboxMessage.findMany({ where: { uploadId, type: uploadReceived.type } });
    await tx.outboxMessage.deleteMany({ where: { id: { in: unmarked.map(({ id }) => id) } } });
    const message = outgoingMessage(uploadDeleted, { uploadId, at: now.toISOString() });
    await tx.outboxMessage.create({ data: outboxRow(message, uploadId, now) });
    await tx.upload.delete({ where: { id: uploadId } });
    return upload.fileId;
  });
}

/** Up to `limit` files of deleted uploads that are still to be deleted, the longest waiting first. */
export async function filesToDelete({ client }: UploadsDb, limit: number): Promise<string[]> {
  const rows = await client.deletedFile.findMany({ orderBy: { deletedAt: 'asc' }, take: limit });
  return rows.map(({ fileId }) => fileId);
}

/** The file is deleted: nothing is left to do for it. */
export async function fileIsDeleted({ client }: UploadsDb, fileId: string): Promise<void> {
  await client.deletedFile.deleteMany({ where: { fileId } });
}

async function lockDeletable(tx: Transaction, id: string): Promise<Upload> {
  const [upload] = await lockUploads(tx, [id]);
  if (upload === undefined) throw notFound(`There is no upload ${id}.`);
  const { status, deadLetteredAt } = stateOfRow(upload);
  if (isEnd(status) || deadLetteredAt !== null) return upload;
  throw conflict(`Upload ${id} is ${status}: it can be deleted once it has ended. cancelUpload ends it.`);
}

function auditEntry(upload: Upload, actor: { readonly id: string; readonly email: string }, at: Date) {
  const { ownerId, ownerEmail, filename, kind, bytes, sha256, status, rowsRead, rowsLoaded, rowsRejected } = upload;
  return {
    ...{ at, action: 'UPLOAD_DELETED', actorId: actor.id, actorEmail: actor.email },
    ...{ uploadId: upload.id, ownerId, ownerEmail, filename, kind, bytes, sha256, status },
    ...{ rowsRead, rowsLoaded, rowsRejected, uploadedAt: upload.createdAt },
  };
}
