import { closeIntake, staleIntakes } from '@tributary/uploads-db';
import type { SweeperDeps } from './sweeper-deps.ts';

const batchSize = 100;

/** Gives up the intakes whose lease ran out, file first, so that their idempotency keys are free again. */
export async function sweepIntakes({ db, files, clock, log }: SweeperDeps): Promise<void> {
  const staleAt = clock.now();
  for (const id of await staleIntakes(db, staleAt, batchSize)) {
    const closed = await closeIntake(db, id, { staleAt, deleteFile: (fileId) => files.delete(fileId) });
    if (closed) log.info({ uploadId: id }, 'gave up an intake without a sign of life');
  }
}
