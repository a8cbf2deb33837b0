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
 * Gives up one intake in three steps: under the row's lock it is marked, so that its file can never become an upload's;
 * then the file is deleted; then the row, which frees the idempotency key. Whoever dies in between, or finds the store
 * away, leaves a marked row that the next sweep finishes. False when there is none to give up: its file was accepted,
 * or it was given up already, or it still lives.
 */
export async function giveUpIntake(
  db: UploadsDb,
  id: string,
  { now, deleteFile, onlyStale = false }: GiveUpOptions,
): Promise<boolean> {
  const fileId = await inTransaction(db, (tx) => markGivenUp(tx, id, { now, onlyStale }));
  if (fileId === null) return false;
  await deleteFile(fileId);
  const { count } = await inTransaction(db, (tx) => tx.intake.deleteMany({ where: { id } }));
  return count === 1;
}

/** The id of the file that may be deleted from now on, or null. The lease ends with the mark: so sweeps find it again. */
async function markGivenUp(tx: Transaction, id: string, { now, onlyStale }: { now: Date; onlyStale: boolean }) {
  await tx.$queryRaw`SELECT id FROM intakes WHERE id = ${id} FOR UPDATE`;
  const intake = await tx.intake.findUnique({ where: { id } });
  if (intake === null) return null;
  if (intake.givenUpAt !== null) return intake.fileId;
  if (onlyStale && intake.leaseUntil >= now) return null;
  const leaseUntil = intake.leaseUntil < now ? intake.leaseUntil : now;
  await tx.intake.update({ where: { id }, data: { givenUpAt: now, leaseUntil } });
  return intake.fileId;
}
