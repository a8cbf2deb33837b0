import type { AsyncResource } from 'node:async_hooks';
import { conflict } from '@tributary/core';
import { isLostConnection } from '@tributary/database';
import type { Transaction, UploadsDb } from './client.ts';
import { Prisma, type Upload } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { type AcceptedFile, firstEvent, newUpload, type TakenIntake } from './new-upload.ts';
import { numberForOwners } from './number-for-owners.ts';
import { receivedRow, unfinishedDependencies } from './upload-messages.ts';

export type { AcceptedFile };

export interface Acceptance {
  readonly file: AcceptedFile;
  readonly now: Date;
  /** The message belongs to the trace of whoever waits for it. */
  readonly caller: AsyncResource;
}

/**
 * Turns intakes into uploads, in one transaction and with as many statements for a hundred as for one: their places in the
 * order, one after the other as given, their records, event 1 (RECEIVED) of each and the uploadReceived messages. Such
 * transactions run one after the other, so the order has no holes and every earlier upload is visible. One whose intake was
 * given up is CONFLICT by itself: then there is no record, and the file must be deleted. One that was accepted before is
 * answered with what it became, so a transaction whose connection broke is run once more.
 */
export async function acceptUploads(db: UploadsDb, group: readonly Acceptance[]) {
  const accept = () => inTransaction(db, (tx) => acceptWithin(tx, group));
  try {
    return await accept();
  } catch (error) {
    if (!isLostConnection(error)) throw error;
    return accept();
  }
}

async function acceptWithin(tx: Transaction, group: readonly Acceptance[]): Promise<PromiseSettledResult<Upload>[]> {
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
    return value === undefined ? { status: 'rejected', reason: givenUp() } : { status: 'fulfilled', value };
  });
}

const givenUp = () => conflict('The upload took too long without a sign of life and was given up; send it again.');

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
  const dependenciesOf = await unfinishedDependencies(tx, uploads);
  const messages = taken.flatMap(({ caller, now }, index) => {
    const upload = uploads[index];
    if (upload === undefined) return [];
    return caller.runInAsyncScope(() => [receivedRow(upload, dependenciesOf(upload), now)]);
  });
  await tx.outboxMessage.createMany({ data: messages });
  await tx.intake.deleteMany({ where: { id: { in: uploads.map(({ id }) => id) } } });
  await tx.uploadEvent.createMany({ data: await numberForOwners(tx, uploads.map(firstEvent)) });
  return uploads;
}

/** The first of so many in a row; the counter stays locked until the transaction ends. */
async function takeSequences(tx: Transaction, count: number): Promise<bigint> {
  await tx.sequence.updateMany({ where: { name: 'uploads' }, data: { value: { increment: count } } });
  const { value } = await tx.sequence.findUniqueOrThrow({ where: { name: 'uploads' } });
  return value - BigInt(count) + 1n;
}
