import { AsyncResource } from 'node:async_hooks';
import { createBatcher } from '@tributary/concurrency';
import { conflict, isAppError } from '@tributary/core';
import { isLostConnection } from '@tributary/database';
import type { Transaction, UploadsDb } from './client.ts';
import { Prisma, type Upload } from './generated/client.ts';
import { type AcceptedFile, firstEvent, newUpload, type TakenIntake } from './new-upload.ts';
import { assignOwnerCursors } from './owner-cursors.ts';
import { inTransaction } from './transaction.ts';
import { findUnfinishedDependencies, toAcceptedRow } from './upload-messages.ts';

const maxBatch = 100;
const maxQueued = 5_000;
/** Well under the lease of an intake, which is no longer renewed. */
const maxWaitMs = 10_000;

export type AcceptFile = (file: AcceptedFile, now: Date) => Promise<Upload>;

/**
 * Accepts files in the order they come, together with those that come while an acceptance is under way. What is wrong with
 * one is its own: where they cannot be accepted together, they are one by one.
 */
export function createBatchedAccept(db: UploadsDb): AcceptFile {
  const enqueue = createBatcher<Acceptance, Upload>({
    runBatch: (group) => acceptBatch(db, group),
    getFailed: (error) => (isAppError(error, 'UNAVAILABLE') ? 'queue' : 'batch'),
    ...{ maxBatch, maxQueued, maxWaitMs },
    overflowMessage: 'Too many uploads right now. Send the file again in a moment.',
  });
  return (file, now) => enqueue({ file, now, caller: new AsyncResource('acceptance') });
}

async function acceptBatch(db: UploadsDb, group: readonly Acceptance[]) {
  try {
    return await acceptUploads(db, group);
  } catch (error) {
    if (group.length === 1 || isAppError(error, 'UNAVAILABLE')) throw error;
    return acceptIndividually(db, group);
  }
}

/** Once the database is unavailable the rest is not tried. */
async function acceptIndividually(
  db: UploadsDb,
  group: readonly Acceptance[],
): Promise<PromiseSettledResult<Upload>[]> {
  const results: PromiseSettledResult<Upload>[] = [];
  for (const acceptance of group) {
    const last = results.at(-1);
    const isUnavailable = last?.status === 'rejected' && isAppError(last.reason, 'UNAVAILABLE');
    results.push(...(isUnavailable ? [last] : await acceptOne(db, acceptance)));
  }
  return results;
}

const acceptOne = (db: UploadsDb, acceptance: Acceptance): Promise<PromiseSettledResult<Upload>[]> =>
  acceptUploads(db, [acceptance]).catch((reason: unknown) => [{ status: 'rejected', reason }]);

export type { AcceptedFile };

export interface Acceptance {
  readonly file: AcceptedFile;
  readonly now: Date;
  /** The message belongs to the trace of its caller. */
  readonly caller: AsyncResource;
}

/**
 * Turns intakes into uploads, in one transaction and with as many statements for a hundred as for one: their places in
 * the order, one after the other as given, their records, event 1 (RECEIVED) of each and the uploadAccepted messages.
 * Such transactions run one after the other, so the order has no gaps and every earlier upload is visible. One whose
 * intake was abandoned is CONFLICT by itself: then there is no record, and the file must be deleted. One that was
 * accepted before returns its upload, so a transaction whose connection broke is run once more.
 */
export async function acceptUploads(db: UploadsDb, group: readonly Acceptance[]) {
  const accept = () => inTransaction(db, (tx) => acceptInTransaction(tx, group));
  try {
    return await accept();
  } catch (error) {
    if (!isLostConnection(error)) throw error;
    return accept();
  }
}

async function acceptInTransaction(
  tx: Transaction,
  group: readonly Acceptance[],
): Promise<PromiseSettledResult<Upload>[]> {
  const ids = group.map(({ file }) => file.intakeId);
  const intakes = await lockIntakes(tx, ids);
  const taken = group.flatMap(({ file, ...rest }) => {
    const intake = intakes.get(file.intakeId);
    return intake === undefined ? [] : [{ file, intake, ...rest }];
  });
  const before = taken.length < group.length ? await tx.upload.findMany({ where: { id: { in: ids } } }) : [];
  const created = taken.length === 0 ? [] : await createUploads(tx, taken);
  const uploads = new Map([...before, ...created].map((upload) => [upload.id, upload]));
  return ids.map((id) => {
    const value = uploads.get(id);
    return value === undefined ? { status: 'rejected', reason: abandoned() } : { status: 'fulfilled', value };
  });
}

const abandoned = () =>
  conflict('The upload stalled and was discarded. Send the file again.', { reason: 'INTAKE_ABANDONED' });

/** Those that nobody gave up or accepted yet. */
async function lockIntakes(tx: Transaction, ids: readonly string[]): Promise<Map<string, TakenIntake>> {
  const rows = await tx.$queryRaw<(TakenIntake & { id: string })[]>`
    SELECT id, file_id AS fileId, idempotency_key AS idempotencyKey FROM intakes
    WHERE id IN (${Prisma.join([...ids])}) AND given_up_at IS NULL ORDER BY id FOR UPDATE`;
  return new Map(rows.map(({ id, fileId, idempotencyKey }) => [id, { fileId, idempotencyKey }]));
}

async function createUploads(tx: Transaction, taken: readonly (Acceptance & { intake: TakenIntake })[]) {
  const first = await takeSequences(tx, taken.length);
  const uploads = taken.map(({ file, intake, now }, index) => newUpload(file, intake, first + BigInt(index), now));
  await tx.upload.createMany({ data: uploads });
  const getDependencies = await findUnfinishedDependencies(tx, uploads);
  const messages = taken.flatMap(({ caller, now }, index) => {
    const upload = uploads[index];
    if (upload === undefined) return [];
    return caller.runInAsyncScope(() => [toAcceptedRow(upload, getDependencies(upload), now)]);
  });
  await tx.outboxMessage.createMany({ data: messages });
  await tx.intake.deleteMany({ where: { id: { in: uploads.map(({ id }) => id) } } });
  await tx.uploadEvent.createMany({ data: await assignOwnerCursors(tx, uploads.map(firstEvent)) });
  return uploads;
}

/** The first of so many in a row; the counter stays locked until the transaction ends. */
async function takeSequences(tx: Transaction, count: number): Promise<bigint> {
  await tx.sequence.updateMany({ where: { name: 'uploads' }, data: { value: { increment: count } } });
  const { value } = await tx.sequence.findUniqueOrThrow({ where: { name: 'uploads' } });
  return value - BigInt(count) + 1n;
}
