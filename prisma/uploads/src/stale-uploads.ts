import { conflict } from '@tributary/core';
import type { Transaction, UploadsDb } from './client.ts';
import { Prisma, type Upload } from './generated/client.ts';
import { isFinal } from './status.ts';
import { inTransaction } from './transaction.ts';
import { findUnfinishedDependencies, toAcceptedRow, toCancelledRow, toFinishedRow } from './upload-messages.ts';
import { lockUploads, noUpload, toColumn, toState, uploadFields } from './upload-rows.ts';

interface StaleUploads {
  readonly now: Date;
  /** An upload is stale so long after its last sign of work; twice as long after each time it was sent again. */
  readonly afterMs: number;
  readonly limit: number;
}

const maxDoublings = 6;
const selectedColumns = Prisma.raw(uploadFields.map((field) => `${toColumn(field)} AS \`${field}\``).join(', '));

/**
 * Puts the messages of up to `limit` stale uploads into the outbox again, the oldest first. Handling one twice changes
 * nothing, so it does not matter whether the first was lost. An upload that is RECEIVED still has its message in the outbox,
 * and one that was dead-lettered is left to an operator. Several processes may call it: each upload is taken by one.
 */
export function resendStaleUploads(db: UploadsDb, { now, afterMs, limit }: StaleUploads): Promise<Upload[]> {
  return inTransaction(db, async (tx) => {
    const dueSeconds = Prisma.sql`${afterMs / 1000} * POW(2, LEAST(resends, ${maxDoublings}))`;
    const uploads = await tx.$queryRaw<Upload[]>`
      SELECT ${selectedColumns} FROM uploads
      WHERE finished_at IS NULL AND status <> 'RECEIVED' AND dead_lettered_at IS NULL
        AND TIMESTAMPDIFF(MICROSECOND, COALESCE(sign_at, updated_at), ${now}) >= 1000000 * ${dueSeconds}
      ORDER BY sequence LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
    await resendInTransaction(tx, uploads, now);
    return uploads;
  });
}

const maxNoticeResends = 10;

/**
 * Puts the notices of up to `limit` finished uploads into the outbox again when the notifier has not reported for `afterMs` what
 * became of them, then after twice that time, at most ten times. The notifier sends each mail once.
 */
export function resendPendingNotices(db: UploadsDb, { now, afterMs, limit }: StaleUploads): Promise<Upload[]> {
  return inTransaction(db, async (tx) => {
    const before = new Date(now.getTime() - afterMs);
    const dueSeconds = Prisma.sql`${afterMs / 1000} * POW(2, LEAST(notice_resends, ${maxDoublings}))`;
    const uploads = await tx.$queryRaw<Upload[]>`
      SELECT ${selectedColumns} FROM uploads
      WHERE notice_pending_since <= ${before} AND notice_resends < ${maxNoticeResends}
        AND TIMESTAMPDIFF(MICROSECOND, notice_pending_since, ${now}) >= 1000000 * ${dueSeconds}
      ORDER BY notice_pending_since LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
    if (uploads.length === 0) return [];
    const where = { id: { in: uploads.map(({ id }) => id) } };
    await tx.upload.updateMany({ where, data: { noticePendingSince: now, noticeResends: { increment: 1 } } });
    await tx.outboxMessage.createMany({ data: uploads.map((upload) => toFinishedRow(upload, toState(upload), now)) });
    return uploads;
  });
}

/**
 * Puts the message of one unfinished upload into the outbox again, also after it was dead-lettered. NOT_FOUND if there is
 * none, CONFLICT once it has ended.
 */
export function resendUpload(db: UploadsDb, uploadId: string, now: Date): Promise<Upload> {
  return inTransaction(db, async (tx) => {
    const [upload] = await lockUploads(tx, [uploadId]);
    if (upload === undefined) throw noUpload(uploadId);
    const { status } = toState(upload);
    if (isFinal(status))
      throw conflict(`Upload ${uploadId} is ${status}. Only an unfinished upload can be resent.`, {
        reason: 'UPLOAD_ENDED',
      });
    await resendInTransaction(tx, [upload], now);
    return upload;
  });
}

/** Unfinished uploads without a sign of work for so long, and those that were dead-lettered; the oldest first. */
export async function findStuckUploads({ client }: UploadsDb, { now, afterMs, limit }: StaleUploads) {
  const signBefore = new Date(now.getTime() - afterMs);
  const isQuiet = { OR: [{ signAt: { lt: signBefore } }, { signAt: null, updatedAt: { lt: signBefore } }] };
  const where = { finishedAt: null, OR: [{ deadLetteredAt: { not: null } }, isQuiet] };
  return client.upload.findMany({ where, orderBy: { sequence: 'asc' }, take: limit });
}

async function resendInTransaction(tx: Transaction, uploads: readonly Upload[], now: Date): Promise<void> {
  if (uploads.length === 0) return;
  const getDependencies = await findUnfinishedDependencies(tx, uploads);
  const messages = uploads.map((upload) =>
    upload.cancelRequestedAt === null
      ? toAcceptedRow(upload, getDependencies(upload), now)
      : toCancelledRow(upload, now),
  );
  const where = { id: { in: uploads.map(({ id }) => id) } };
  const data = { resends: { increment: 1 }, signAt: now, deadLetteredAt: null };
  await tx.upload.updateMany({ where, data });
  await tx.outboxMessage.createMany({ data: messages });
}
