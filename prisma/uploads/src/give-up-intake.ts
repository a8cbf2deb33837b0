import type { UploadsDb } from './client.ts';
import { untilUncontended } from './in-transaction.ts';

export interface GiveUpOptions {
  readonly now: Date;
  /** Removes the file and what there is of it; one that is not there is no error. May be called more than once. */
  readonly deleteFile: (fileId: string) => Promise<void>;
  /** Leaves one alone whose lease still runs at `now`. */
  readonly onlyStale?: boolean;
}

/**
 * Gives up one intake: it is marked in one statement, so that its file can never become an upload's, and its key is
 * free; then the file is deleted. The row stays: whoever was storing the file may only stand still, store it after all
 * and die before learning that nobody wants it. False when there is none to give up: its file was accepted, or it still
 * lives.
 */
export async function giveUpIntake(
  db: UploadsDb,
  id: string,
  { now, deleteFile, onlyStale = false }: GiveUpOptions,
): Promise<boolean> {
  const fileId = await markGivenUp(db, id, { now, onlyStale });
  if (fileId === null) return false;
  await deleteFile(fileId);
  return true;
}

/**
 * Forgets an intake that was given up; one that was not stays. For whoever was storing the file, once nothing of it is on
 * its way any more, and for a sweep that comes when nobody can be storing it. The file must be deleted before.
 */
export async function forgetIntake({ client }: UploadsDb, id: string): Promise<void> {
  await untilUncontended(() => client.intake.deleteMany({ where: { id, givenUpAt: { not: null } } }));
}

/** The id of the file that may be deleted from now on, or null. */
async function markGivenUp({ client }: UploadsDb, id: string, { now, onlyStale }: { now: Date; onlyStale: boolean }) {
  const where = { id, givenUpAt: null, ...(onlyStale && { leaseUntil: { lt: now } }) };
  await untilUncontended(() => client.intake.updateMany({ where, data: { givenUpAt: now, idempotencyKey: null } }));
  const givenUp = await client.intake.findFirst({ where: { id, givenUpAt: { not: null } }, select: { fileId: true } });
  return givenUp?.fileId ?? null;
}
