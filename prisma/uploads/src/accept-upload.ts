import { conflict } from '@tributary/core';
import { type BodyOf, uploadReceived } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { kindsAwaitedBy } from './awaited-kinds.ts';
import type { Transaction, UploadsDb } from './client.ts';
import type { Upload } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { numberForOwner } from './number-for-owner.ts';
import { outboxRow } from './outbox-row.ts';

/** A file that is durable in the store, and whose intake is still held. */
export interface AcceptedFile {
  readonly intakeId: string;
  readonly owner: { readonly id: string; readonly email: string; readonly name: string };
  readonly filename: string;
  readonly kind: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Turns an intake into an upload, in one transaction: its place in the order, its record, event 1 (RECEIVED) and the
 * uploadReceived message. Acceptances run one after the other, so the order has no holes and every earlier upload is
 * visible. CONFLICT when the intake was given up meanwhile: then there is no record, and the file must be deleted.
 */
export function acceptUpload(db: UploadsDb, file: AcceptedFile, now: Date): Promise<Upload> {
  return inTransaction(db, async (tx) => {
    const intake = await takeIntake(tx, file.intakeId);
    const sequence = await nextSequence(tx);
    const upload = await tx.upload.create({ data: { ...newUpload(file, now), ...intake, sequence } });
    const dependsOn = await unfinishedDependencies(tx, upload);
    const message = outgoingMessage(uploadReceived, receivedBody(upload, dependsOn));
    await tx.outboxMessage.createMany({ data: [outboxRow(message, upload.id, now)] });
    await tx.uploadEvent.createMany({ data: await numberForOwner(tx, upload.ownerId, [firstEvent(upload)]) });
    return upload;
  });
}

async function takeIntake(tx: Transaction, id: string) {
  await tx.$queryRaw`SELECT id FROM intakes WHERE id = ${id} FOR UPDATE`;
  const intake = await tx.intake.findUnique({ where: { id } });
  if (intake === null || intake.givenUpAt !== null)
    throw conflict('The upload took too long without a sign of life and was given up; send it again.');
  await tx.intake.deleteMany({ where: { id } });
  return { fileId: intake.fileId, idempotencyKey: intake.idempotencyKey };
}

async function nextSequence(tx: Transaction): Promise<bigint> {
  const counter = await tx.sequence.update({ where: { name: 'uploads' }, data: { value: { increment: 1 } } });
  return counter.value;
}

function newUpload({ intakeId, owner, filename, kind, bytes, sha256 }: AcceptedFile, now: Date) {
  return {
    id: intakeId,
    ownerId: owner.id,
    ownerEmail: owner.email,
    ownerName: owner.name,
    ...{ filename, kind, bytes, sha256 },
    status: 'RECEIVED',
    cursor: 1,
    reasons: '[]',
    createdAt: now,
    updatedAt: now,
  };
}

function firstEvent({ id, status, cursor, rowsRead, rowsLoaded, rowsRejected, percent, createdAt }: Upload) {
  return { uploadId: id, status, cursor, rowsRead, rowsLoaded, rowsRejected, percent, at: createdAt };
}

async function unfinishedDependencies(tx: Transaction, { kind, sequence }: Upload): Promise<string[]> {
  const kinds = kindsAwaitedBy(kind);
  if (kinds.length === 0) return [];
  const where = { finishedAt: null, kind: { in: kinds }, sequence: { lt: sequence } };
  const rows = await tx.upload.findMany({ where, select: { id: true }, orderBy: { sequence: 'asc' } });
  return rows.map(({ id }) => id);
}

function receivedBody(upload: Upload, dependsOn: string[]): BodyOf<typeof uploadReceived> {
  return {
    uploadId: upload.id,
    fileId: upload.fileId,
    filename: upload.filename,
    kind: upload.kind,
    bytes: Number(upload.bytes),
    sequence: Number(upload.sequence),
    uploader: { id: upload.ownerId, email: upload.ownerEmail, name: upload.ownerName },
    dependsOn,
    receivedAt: upload.createdAt.toISOString(),
  };
}
