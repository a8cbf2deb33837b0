import type { Transaction, UploadsDb } from './client.ts';
import { inTransaction } from './in-transaction.ts';

export interface GiveUpOptions {
  readonly now: Date;
  /** Removes the file and what there is of it; one that is not there is no error. May be called more than once. */
  readonly deleteFile: (fileId: string) => Promise<void>;
  /** Leaves one alone whose lease still runs at `now`. */
  readonly onlyStale?: boolean;
}

/**
 * Gives up one intake: under the row's lock it is marked, so that its file can never become an upload's, and its key is
 * free; then the file is deleted. The row stays: whoever was storing the file may only stand still, store it after all
 * and die before learning that nobody wants it. False when there is none to give up: its file was accepted, or it still
 * lives.
 */
export async function giveUpIntake(
  db: UploadsDb,
  id: string,
  { now, deleteFile, onlyStale = false }: GiveUpOptions,
): Promise<boolean> {
  const fileId = await inTransaction(db, (tx) => markGivenUp(tx, id, { now, onlyStale }));
  if (fileId === null) return false;
  await deleteFile(fileId);
  return true;
}

/**
 * Forgets an intake that was given up; one that was not stays. For whoever was storing the file, once nothing of it is on
 * its way any more, and for a sweep that comes when nobody can be storing it. The file must be deleted before.
 */
export async function forgetIntake(db: UploadsDb, id: string): Promise<void> {
  await inTransaction(db, (tx) => tx.intake.deleteMany({ where: { id, givenUpAt: { not: null } } }));
}

/** The id of the file that may be deleted from now on, or null. */
async function markGivenUp(tx: Transaction, id: string, { now, onlyStale }: { now: Date; onlyStale: boolean }) {
  await tx.$queryRaw`SELECT id FROM intakes WHERE id = ${id} FOR UPDATE`;
  const intake = await tx.intake.findUnique({ where: { id } });
  if (intake === null) return null;
  if (intake.givenUpAt !== null) return intake.fileId;
  if (onlyStale && intake.leaseUntil >= now) return null;
  await tx.intake.update({ where: { id }, data: { givenUpAt: now, idempotencyKey: null } });
  return intake.fileId;
}
