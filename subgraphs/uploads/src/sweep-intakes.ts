import { giveUpIntake, staleIntakes } from '@tributary/uploads-db';
import type { SweeperDeps } from './sweeper-deps.ts';

const batchSize = 100;

/** Gives up the intakes whose lease ran out, so that their idempotency keys are free again. One that fails stays for the next sweep. */
export async function sweepIntakes({ db, files, clock, log }: SweeperDeps): Promise<void> {
  const now = clock.now();
  const deleteFile = (fileId: string) => files.delete(fileId);
  for (const id of await staleIntakes(db, now, batchSize)) {
    const isGivenUp = await giveUpIntake(db, id, { deleteFile, now, onlyStale: true }).catch((error: unknown) =>
      log.warn({ err: error, uploadId: id }, 'a stale intake stays for the next sweep'),
    );
    if (isGivenUp) log.info({ uploadId: id }, 'gave up an intake without a sign of life');
  }
}
