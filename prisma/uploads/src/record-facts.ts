import { notFound } from '@tributary/core';
import { type BodyOf, uploadFinished } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { applyFact } from './apply-fact.ts';
import type { Transaction, UploadsDb } from './client.ts';
import type { Upload } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { numberForOwner } from './number-for-owner.ts';
import { outboxRow } from './outbox-row.ts';
import type { UploadFact, UploadLogEvent, UploadState } from './upload-facts.ts';
import { columnsOfState, stateOfRow } from './upload-row.ts';
import { isEnd } from './upload-status.ts';

/** What facts led to: the new events, none when nothing changed, and whose upload it is. */
export interface Recorded {
  readonly ownerId: string;
  readonly events: readonly UploadLogEvent[];
}

/**
 * Merges facts into an upload, in the order given, under its row's lock: writes the statuses they lead to, numbers the
 * events, and at an end puts the uploadFinished message into the outbox, all in one transaction. Facts already known,
 * overtaken, or told after the end change nothing. NOT_FOUND for an unknown upload. Once it resolves, the caller signals
 * the upload and its owner.
 */
export function recordFacts(
  db: UploadsDb,
  uploadId: string,
  facts: UploadFact | readonly UploadFact[],
  now: Date,
): Promise<Recorded> {
  return inTransaction(db, (tx) => recordFactsWithin(tx, uploadId, [facts].flat(), now));
}

/** `recordFacts` inside the caller's transaction. */
export async function recordFactsWithin(
  tx: Transaction,
  uploadId: string,
  facts: readonly UploadFact[],
  now: Date,
): Promise<Recorded> {
  await tx.$queryRaw`SELECT id FROM uploads WHERE id = ${uploadId} FOR UPDATE`;
  const row = await tx.upload.findUnique({ where: { id: uploadId } });
  if (row === null) throw notFound(`There is no upload ${uploadId}.`);
  const before = stateOfRow(row);
  let after = before;
  const events: UploadLogEvent[] = [];
  for (const fact of facts) {
    const applied = applyFact(after, fact, now);
    after = applied.state;
    events.push(...applied.events);
  }
  await tx.upload.updateMany({ where: { id: uploadId }, data: columnsOfState(after) });
  if (!isEnd(before.status) && after.finishedAt !== null) {
    const message = outgoingMessage(uploadFinished, finishedBody(row, after, after.finishedAt));
    await tx.outboxMessage.createMany({ data: [outboxRow(message, uploadId, now)] });
  }
  const numbered = await numberForOwner(tx, row.ownerId, events);
  await tx.uploadEvent.createMany({ data: numbered.map((event) => ({ ...event, uploadId })) });
  return { ownerId: row.ownerId, events };
}

function finishedBody(row: Upload, state: UploadState, finishedAt: Date): BodyOf<typeof uploadFinished> {
  if (!isEnd(state.status)) throw new Error(`Upload ${row.id} has finished with status ${state.status}.`);
  return {
    uploadId: row.id,
    filename: row.filename,
    kind: row.kind,
    status: state.status,
    uploader: { id: row.ownerId, email: row.ownerEmail, name: row.ownerName },
    ...state.counts,
    failure: state.failure,
    reasons: [...state.reasons],
    receivedAt: row.createdAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
  };
}
