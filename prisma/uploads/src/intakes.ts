import { conflict } from '@tributary/core';
import type { UploadsDb } from './client.ts';
import { Prisma } from './generated/client.ts';
import { type GiveUpOptions, giveUpIntake } from './give-up-intake.ts';
import { untilUncontended } from './in-transaction.ts';

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
  { now, deleteFile }: { now: Date; deleteFile: GiveUpOptions['deleteFile'] },
): Promise<void> {
  if (await isOpened(db, intake, now)) return;
  const holder = await holderOfKey(db, intake);
  if (holder !== null) await giveUpIntake(db, holder.id, { deleteFile, now, onlyStale: true });
  if (await isOpened(db, intake, now)) return;
  throw conflict(`An upload with the idempotency key "${intake.idempotencyKey}" is still streaming.`);
}

/** False when the key is taken. Several that waited for the same key deadlock on its index: they are repeated. */
async function isOpened({ client }: UploadsDb, intake: NewIntake, now: Date): Promise<boolean> {
  const data = [{ ...intake, fileId: intake.id, createdAt: now }];
  try {
    await untilUncontended(() => client.intake.createMany({ data }));
    return true;
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') return false;
    throw error;
  }
}

async function holderOfKey({ client }: UploadsDb, { ownerId, idempotencyKey }: NewIntake) {
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
  { ownerId, kinds, openedUntil, now }: { ownerId: string; kinds: string[]; openedUntil: Date; now: Date },
): Promise<boolean> {
  const lives = { leaseUntil: { gte: now }, givenUpAt: null };
  const where = { ownerId, kind: { in: kinds }, createdAt: { lte: openedUntil }, ...lives };
  return (await client.intake.findFirst({ where, select: { id: true } })) !== null;
}

/** The ids of intakes whose lease ran out: their process died, or lost the database for longer than the lease. */
export async function staleIntakes({ client }: UploadsDb, now: Date, limit: number): Promise<string[]> {
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
export async function givenUpIntakes({ client }: UploadsDb, limit: number) {
  const where = { givenUpAt: { not: null } };
  const rows = await client.intake.findMany({
    where,
    select: { id: true, fileId: true, givenUpAt: true },
    orderBy: { givenUpAt: 'asc' },
    take: limit,
  });
  return rows.flatMap(({ givenUpAt, ...intake }) => (givenUpAt === null ? [] : [{ ...intake, givenUpAt }]));
}
