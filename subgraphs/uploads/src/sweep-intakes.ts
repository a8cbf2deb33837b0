import { forgetIntake, givenUpIntakes, giveUpIntake, staleIntakes } from '@tributary/uploads-db';
import type { SweeperDeps } from './sweeper-deps.ts';

const batchSize = 100;
/** Whoever was storing a file is thought to be gone for good so long after its intake was given up. */
const rememberedMs = 10 * 60_000;

/**
 * Gives up the intakes whose lease ran out, so that their idempotency keys are free again, and deletes the files of those
 * given up again and again for ten minutes: whoever was storing one may only have stood still. One that fails stays for the next sweep.
 */
export async function sweepIntakes({ db, files, clock, log }: SweeperDeps): Promise<void> {
  const now = clock.now();
  const deleteFile = (fileId: string) => files.delete(fileId);
  for (const { id, fileId, givenUpAt } of await givenUpIntakes(db, batchSize)) {
    try {
      await deleteFile(fileId);
      if (now.getTime() - givenUpAt.getTime() > rememberedMs) await forgetIntake(db, id);
    } catch (error) {
      log.warn({ err: error, uploadId: id }, 'the file of an intake that was given up stays for the next sweep');
    }
  }
  for (const id of await staleIntakes(db, now, batchSize)) {
    const isGivenUp = await giveUpIntake(db, id, { deleteFile, now, onlyStale: true }).catch((error: unknown) =>
      log.warn({ err: error, uploadId: id }, 'a stale intake stays for the next sweep'),
    );
    if (isGivenUp) log.info({ uploadId: id }, 'gave up an intake without a sign of life');
  }
}
