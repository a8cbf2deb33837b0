import { conflict } from '@tributary/core';
import type { UploadsDb } from './client.ts';
import { Prisma } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';

export interface NewIntake {
  /** The id the upload and its file will have. */
  readonly id: string;
  readonly ownerId: string;
  readonly kind: string;
  readonly idempotencyKey: string | null;
  readonly leaseUntil: Date;
}

/** Announces a file before its first byte and reserves its idempotency key; CONFLICT while another intake holds the key. */
export async function openIntake({ client }: UploadsDb, intake: NewIntake, now: Date): Promise<void> {
  try {
    await client.intake.create({ data: { ...intake, fileId: intake.id, createdAt: now } });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw conflict(`An upload with the idempotency key "${intake.idempotencyKey}" is still streaming.`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Says that the file is still streaming. False when the intake was given up meanwhile: nobody waits for the file. */
export async function renewIntake({ client }: UploadsDb, id: string, leaseUntil: Date): Promise<boolean> {
  const { count } = await client.intake.updateMany({ where: { id }, data: { leaseUntil } });
  return count === 1;
}

/**
 * Gives up one intake: `deleteFile` runs while its row is locked, so the file can never become an upload's, and the row
 * goes after it. False when it is no longer there, since its file was accepted or given up by somebody else, or when
 * its lease still runs at `staleAt`.
 */
export function closeIntake(
  db: UploadsDb,
  id: string,
  { deleteFile, staleAt }: { deleteFile: (fileId: string) => Promise<void>; staleAt?: Date },
): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM intakes WHERE id = ${id} FOR UPDATE`;
    const intake = await tx.intake.findUnique({ where: { id } });
    if (intake === null || (staleAt !== undefined && intake.leaseUntil >= staleAt)) return false;
    await tx.intake.delete({ where: { id } });
    await deleteFile(intake.fileId);
    return true;
  });
}

/** Whether files of these kinds, whose intake the owner opened up to `openedUntil`, are still streaming at `now`. */
export async function hasOpenIntakes(
  { client }: UploadsDb,
  { ownerId, kinds, openedUntil, now }: { ownerId: string; kinds: string[]; openedUntil: Date; now: Date },
): Promise<boolean> {
  const where = { ownerId, kind: { in: kinds }, createdAt: { lte: openedUntil }, leaseUntil: { gte: now } };
  return (await client.intake.findFirst({ where, select: { id: true } })) !== null;
}

/** The ids of intakes whose lease ran out: their process died, or lost the database for longer than the lease. */
export async function staleIntakes({ client }: UploadsDb, now: Date, limit: number): Promise<string[]> {
  const where = { leaseUntil: { lt: now } };
  const rows = await client.intake.findMany({
    where,
    select: { id: true },
    orderBy: { leaseUntil: 'asc' },
    take: limit,
  });
  return rows.map(({ id }) => id);
}
