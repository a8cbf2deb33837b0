import { type BodyOf, uploadCancelled, uploadReceived } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { kindsAwaitedBy } from './awaited-kinds.ts';
import type { Transaction } from './client.ts';
import type { Upload } from './generated/client.ts';
import { outboxRow } from './outbox-row.ts';

/** The outbox row that has an upload processed; `dependsOn` are the earlier uploads it waits for. */
export const receivedRow = (upload: Upload, dependsOn: string[], now: Date) =>
  outboxRow(outgoingMessage(uploadReceived, receivedBody(upload, dependsOn)), upload.id, now);

/** The outbox row that has an upload cancelled. */
export function cancelledRow(upload: Upload, now: Date) {
  const { id: uploadId, kind, sequence, cancelRequestedAt } = upload;
  const at = (cancelRequestedAt ?? now).toISOString();
  const body = { uploadId, kind, sequence: Number(sequence), uploader: uploaderIn(upload), at };
  return outboxRow(outgoingMessage(uploadCancelled, body), uploadId, now);
}

/** Finds for each of these uploads the earlier ones it waits for: those of its `waitsFor` kinds without an end or a dead letter. */
export async function unfinishedDependencies(tx: Transaction, uploads: readonly Upload[]) {
  const kinds = [...new Set(uploads.flatMap(({ kind }) => kindsAwaitedBy(kind)))];
  if (kinds.length === 0) return () => [];
  const where = { finishedAt: null, deadLetteredAt: null, kind: { in: kinds } };
  const select = { id: true, kind: true, sequence: true };
  const unfinished = await tx.upload.findMany({ where, select, orderBy: { sequence: 'asc' } });
  return ({ kind, sequence }: Upload) => {
    const awaited = kindsAwaitedBy(kind);
    const earlier = unfinished.filter((one) => awaited.includes(one.kind) && one.sequence < sequence);
    return earlier.map(({ id }) => id);
  };
}

function receivedBody(upload: Upload, dependsOn: string[]): BodyOf<typeof uploadReceived> {
  return {
    uploadId: upload.id,
    fileId: upload.fileId,
    filename: upload.filename,
    kind: upload.kind,
    bytes: Number(upload.bytes),
    sequence: Number(upload.sequence),
    uploader: uploaderIn(upload),
    dependsOn,
    receivedAt: upload.createdAt.toISOString(),
  };
}

/** The uploader as messages name it. */
export const uploaderIn = ({ ownerId, ownerEmail, ownerName, ownerEmailConfirmed }: Upload) => ({
  id: ownerId,
  email: ownerEmail,
  name: ownerName,
  // Rows read by a raw query have 0 or 1.
  emailConfirmed: Boolean(ownerEmailConfirmed),
});
