import { type BodyOf, uploadAccepted, uploadCancelled, uploadFinished } from '@tributary/events';
import { type OutgoingMessage, outgoingMessage, serializeHeaders } from '@tributary/messaging';
import { z } from 'zod';
import type { Transaction } from './client.ts';
import type { Upload } from './generated/client.ts';
import { toNotice } from './notice.ts';
import { prerequisiteKinds } from './prerequisite-kinds.ts';
import { isFinal } from './status.ts';
import type { UploadState } from './status-update.ts';

/** The outbox row that has an upload processed; `dependsOn` are the earlier uploads it waits for. */
export const toAcceptedRow = (upload: Upload, dependsOn: string[], now: Date) =>
  toOutboxRow(outgoingMessage(uploadAccepted, toAcceptedBody(upload, dependsOn)), upload.id, now);

/** The outbox row that has an upload cancelled. */
export function toCancelledRow(upload: Upload, now: Date) {
  const { id: uploadId, kind, sequence, cancelRequestedAt } = upload;
  const at = (cancelRequestedAt ?? now).toISOString();
  const body = { uploadId, kind, sequence: Number(sequence), uploader: toUploader(upload), at };
  return toOutboxRow(outgoingMessage(uploadCancelled, body), uploadId, now);
}

/** The outbox row that reports the final status of an upload to its owner. */
export function toFinishedRow(upload: Upload, state: UploadState, now: Date) {
  const { id: uploadId, filename, kind } = upload;
  const { status, finishedAt } = state;
  if (!isFinal(status)) throw new Error(`Upload ${uploadId} has finished with status ${status}.`);
  const body = {
    ...{ uploadId, filename, kind, status, uploader: toUploader(upload) },
    receivedAt: upload.createdAt.toISOString(),
    finishedAt: (finishedAt ?? now).toISOString(),
    notice: toNotice({ uploadId, filename, kind, status }, state),
  };
  return toOutboxRow(outgoingMessage(uploadFinished, body), uploadId, now);
}

/** Finds for each of these uploads the earlier ones it waits for: those of its `waitsFor` kinds without an end or a dead letter. */
export async function findUnfinishedDependencies(tx: Transaction, uploads: readonly Upload[]) {
  const kinds = [...new Set(uploads.flatMap(({ kind }) => prerequisiteKinds(kind)))];
  if (kinds.length === 0) return () => [];
  const where = { finishedAt: null, deadLetteredAt: null, kind: { in: kinds } };
  const select = { id: true, kind: true, sequence: true };
  const unfinished = await tx.upload.findMany({ where, select, orderBy: { sequence: 'asc' } });
  return ({ kind, sequence }: Upload) => {
    const kindsToWaitFor = prerequisiteKinds(kind);
    const earlier = unfinished.filter(
      (dependency) => kindsToWaitFor.includes(dependency.kind) && dependency.sequence < sequence,
    );
    return earlier.map(({ id }) => id);
  };
}

function toAcceptedBody(upload: Upload, dependsOn: string[]): BodyOf<typeof uploadAccepted> {
  return {
    uploadId: upload.id,
    fileId: upload.fileId,
    filename: upload.filename,
    kind: upload.kind,
    options: toOptions(upload),
    bytes: Number(upload.bytes),
    sequence: Number(upload.sequence),
    uploader: toUploader(upload),
    dependsOn,
    receivedAt: upload.createdAt.toISOString(),
  };
}

/** The options an upload was sent with. */
export const toOptions = ({ options }: Pick<Upload, 'options'>): Record<string, unknown> =>
  options === null ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(options));

/** The uploader as messages name it. */
const toUploader = ({ ownerId, ownerEmail, ownerName, ownerEmailConfirmed }: Upload) => ({
  id: ownerId,
  email: ownerEmail,
  name: ownerName,
  // Rows read by a raw query have 0 or 1.
  emailConfirmed: Boolean(ownerEmailConfirmed),
});

/** The outbox row of a message about one upload; its message id stays the same however often it is sent. */
export function toOutboxRow(message: OutgoingMessage, uploadId: string, createdAt: Date) {
  const { messageId, type, routingKey, body } = message;
  const headers = serializeHeaders(message.headers);
  return { messageId, type, routingKey, uploadId, body: JSON.stringify(body), headers, createdAt };
}
