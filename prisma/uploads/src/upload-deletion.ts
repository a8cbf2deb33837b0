import { conflict } from '@tributary/core';
import { typesOf, uploadAccepted, uploadDeleted } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import type { Transaction, UploadsDb } from './client.ts';
import { Prisma, type Upload } from './generated/client.ts';
import { isFinal } from './status.ts';
import { inTransaction } from './transaction.ts';
import { toOutboxRow } from './upload-messages.ts';
import { lockUploads, noUpload, toState } from './upload-rows.ts';

/**
 * Deletes an upload that has ended or was dead-lettered, with its log, in one transaction that also writes the audit entry, marks the file for
 * deletion and puts the uploadDeleted message into the outbox. Its idempotency key is free again. NOT_FOUND if there is
 * none, CONFLICT while it has not ended. Returns the id of the file, which nobody names any more.
 */
export function deleteUploadRecord(
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
    const unmarked = await tx.outboxMessage.findMany({ where: { uploadId, type: { in: typesOf(uploadAccepted) } } });
    await tx.outboxMessage.deleteMany({ where: { id: { in: unmarked.map(({ id }) => id) } } });
    const message = outgoingMessage(uploadDeleted, { uploadId, kind: upload.kind, at: now.toISOString() });
    await tx.outboxMessage.create({ data: toOutboxRow(message, uploadId, now) });
    await tx.upload.delete({ where: { id: uploadId } });
    return upload.fileId;
  });
}

/** Up to `limit` files of deleted uploads that are still to be deleted, the longest waiting first. */
export async function findFilesToDelete({ client }: UploadsDb, limit: number): Promise<string[]> {
  const rows = await client.deletedFile.findMany({ orderBy: { deletedAt: 'asc' }, take: limit });
  return rows.map(({ fileId }) => fileId);
}

/** The file is deleted: nothing is left to do for it. */
export async function confirmFileDeleted({ client }: UploadsDb, fileId: string): Promise<void> {
  await client.deletedFile.deleteMany({ where: { fileId } });
}

async function lockDeletable(tx: Transaction, id: string): Promise<Upload> {
  const [upload] = await lockUploads(tx, [id]);
  if (upload === undefined) throw noUpload(id);
  const { status, deadLetteredAt } = toState(upload);
  if (isFinal(status) || deadLetteredAt !== null) return upload;
  throw conflict(`Upload ${id} is ${status}. It can be deleted once it has a final status; cancel it first.`, {
    reason: 'UPLOAD_NOT_ENDED',
  });
}

function auditEntry(upload: Upload, actor: { readonly id: string; readonly email: string }, at: Date) {
  const { ownerId, ownerEmail, filename, kind, bytes, sha256, status, rowsRead, rowsLoaded, rowsRejected } = upload;
  return {
    ...{ at, action: 'UPLOAD_DELETED', actorId: actor.id, actorEmail: actor.email },
    ...{ uploadId: upload.id, ownerId, ownerEmail, filename, kind, bytes, sha256, status },
    ...{ rowsRead, rowsLoaded, rowsRejected, uploadedAt: upload.createdAt },
  };
}

/**
 * Of these files of the store, those that neither an upload nor an intake names. One statement reads both tables, and
 * an intake becomes an upload in one transaction, so a file that is being accepted is never among them.
 */
export async function findOrphanFiles({ client }: UploadsDb, fileIds: readonly string[]): Promise<string[]> {
  if (fileIds.length === 0) return [];
  const ids = Prisma.join([...fileIds]);
  const rows = await client.$queryRaw<{ file_id: string }[]>`
    SELECT file_id FROM uploads WHERE file_id IN (${ids})
    UNION ALL SELECT file_id FROM intakes WHERE file_id IN (${ids})`;
  const names = new Set(rows.map((row) => row.file_id));
  return fileIds.filter((id) => !names.has(id));
}
