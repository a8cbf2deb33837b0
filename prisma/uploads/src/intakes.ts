import { conflict } from '@tributary/core';
import type { UploadsDb } from './client.ts';
import { Prisma } from './generated/client.ts';
import { retryOnContention } from './transaction.ts';

interface NewIntake {
  /** The id the upload and its file will have. */
  readonly id: string;
  readonly ownerId: string;
  readonly kind: string;
  readonly idempotencyKey: string | null;
  readonly leaseUntil: Date;
}

/**
 * Announces a file before its first byte and reserves its idempotency key. CONFLICT while another intake holds the key,
 * unless that one's lease has run out at `now`: then it is given up first, file and all.
 */
export async function openIntake(
  db: UploadsDb,
  intake: NewIntake,
  { now, deleteFile }: { now: Date; deleteFile: AbandonOptions['deleteFile'] },
): Promise<void> {
  if (await tryOpen(db, intake, now)) return;
  const holder = await findKeyHolder(db, intake);
  if (holder !== null) await abandonIntake(db, holder.id, { deleteFile, now, onlyStale: true });
  if (await tryOpen(db, intake, now)) return;
  throw conflict(`An upload with the idempotency key "${intake.idempotencyKey}" is still in progress.`, {
    reason: 'IDEMPOTENCY_KEY_IN_USE',
  });
}

/** False when the key is taken. Several that waited for the same key deadlock on its index: they are repeated. */
async function tryOpen({ client }: UploadsDb, intake: NewIntake, now: Date): Promise<boolean> {
  const data = [{ ...intake, fileId: intake.id, createdAt: now }];
  try {
    await retryOnContention(() => client.intake.createMany({ data }));
    return true;
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') return false;
    throw error;
  }
}

async function findKeyHolder({ client }: UploadsDb, { ownerId, idempotencyKey }: NewIntake) {
  return client.intake.findFirst({ where: { ownerId, idempotencyKey }, select: { id: true } });
}

/** Says that the file is still streaming. False when the intake was given up meanwhile: nobody waits for the file. */
export async function renewIntake({ client }: UploadsDb, id: string, leaseUntil: Date): Promise<boolean> {
  const { count } = await client.intake.updateMany({ where: { id, givenUpAt: null }, data: { leaseUntil } });
  return count === 1;
}

/** Whether files of these kinds, whose intake the owner opened up to `openedUntil`, are still streaming at `now`. */
export async function hasOpenIntakes(
  { client }: UploadsDb,
  { ownerId, kinds, openedUntil, now }: { ownerId: string; kinds: readonly string[]; openedUntil: Date; now: Date },
): Promise<boolean> {
  const isLive = { leaseUntil: { gte: now }, givenUpAt: null };
  const where = { ownerId, kind: { in: [...kinds] }, createdAt: { lte: openedUntil }, ...isLive };
  return (await client.intake.findFirst({ where, select: { id: true } })) !== null;
}

/** The ids of intakes whose lease ran out: their process died, or lost the database for longer than the lease. */
export async function findStaleIntakes({ client }: UploadsDb, now: Date, limit: number): Promise<string[]> {
  const where = { leaseUntil: { lt: now }, givenUpAt: null };
  const rows = await client.intake.findMany({
    where,
    select: { id: true },
    orderBy: { leaseUntil: 'asc' },
    take: limit,
  });
  return rows.map(({ id }) => id);
}

/** Intakes that were given up and are not forgotten yet, the longest given up first. */
export async function findAbandonedIntakes({ client }: UploadsDb, limit: number) {
  const where = { givenUpAt: { not: null } };
  const rows = await client.intake.findMany({
    where,
    select: { id: true, fileId: true, givenUpAt: true },
    orderBy: { givenUpAt: 'asc' },
    take: limit,
  });
  return rows.flatMap(({ givenUpAt, ...intake }) => (givenUpAt === null ? [] : [{ ...intake, givenUpAt }]));
}

export interface AbandonOptions {
  readonly now: Date;
  /** Removes the file and what there is of it; one that is not there is no error. May be called more than once. */
  readonly deleteFile: (fileId: string) => Promise<void>;
  /** Leaves one alone whose lease still runs at `now`. */
  readonly onlyStale?: boolean;
}

/**
 * Abandons one intake: it is marked in one statement, so that its file can never become an upload's, and its key is
 * free; then the file is deleted. The row stays: the process that stores the file may only be paused, store it after
 * all and die before learning that nobody wants it. False if there is none to abandon: its file was accepted, or it
 * still lives.
 */
export async function abandonIntake(
  db: UploadsDb,
  id: string,
  { now, deleteFile, onlyStale = false }: AbandonOptions,
): Promise<boolean> {
  const fileId = await markAbandoned(db, id, { now, onlyStale });
  if (fileId === null) return false;
  await deleteFile(fileId);
  return true;
}

/**
 * Deletes an intake that was abandoned; any other stays. For the process that stored the file, once nothing of it is
 * being written any more, and for a sweep at a time when nobody can be storing it. The file must be deleted before.
 */
export async function deleteAbandonedIntake({ client }: UploadsDb, id: string): Promise<void> {
  await retryOnContention(() => client.intake.deleteMany({ where: { id, givenUpAt: { not: null } } }));
}

/** The id of the file that may be deleted from now on, or null. */
async function markAbandoned({ client }: UploadsDb, id: string, { now, onlyStale }: { now: Date; onlyStale: boolean }) {
  const where = { id, givenUpAt: null, ...(onlyStale && { leaseUntil: { lt: now } }) };
  await retryOnContention(() => client.intake.updateMany({ where, data: { givenUpAt: now, idempotencyKey: null } }));
  const abandoned = await client.intake.findFirst({
    where: { id, givenUpAt: { not: null } },
    select: { fileId: true },
  });
  return abandoned?.fileId ?? null;
}
