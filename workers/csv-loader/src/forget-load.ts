import type { BodyOf, uploadDeleted } from '@tributary/events';
import { type LoadDependencies, stopWhenAborted } from './load-dependencies.ts';
import { publishEnd } from './publish-end.ts';
import { deleteSomeRejections, markDeleted } from './store/deleted-load.ts';
import { findLoad } from './store/load-record.ts';
import { waitingForDatabase } from './store/waiting-for-database.ts';

/**
 * Deletes what was kept of a deleted upload's file: its rejections, some thousand at a time, and the reasons. The load stays,
 * so that a message that comes late finds it ended and loads nothing; so do the rows. What is already gone is no error. The end of
 * a load that this cancelled is published, for the results.
 */
export async function forgetLoad(
  { uploadId, at }: BodyOf<typeof uploadDeleted>,
  {
    db,
    signal,
    markProgress,
    publish,
    clock,
  }: Pick<LoadDependencies, 'db' | 'signal' | 'markProgress' | 'publish' | 'clock'>,
): Promise<void> {
  try {
    await markDeleted(db.pool, uploadId, new Date(at));
    while (await deleteSomeRejections(db.pool, uploadId)) {
      markProgress();
      stopWhenAborted(signal);
    }
    const load = await findLoad(db.pool, uploadId);
    if (load?.state === 'CANCELLED') await publishEnd(uploadId, load, { publish, clock });
  } catch (error) {
    throw waitingForDatabase(error);
  }
}
