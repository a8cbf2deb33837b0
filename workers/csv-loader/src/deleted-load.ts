import type { BodyOf, uploadDeleted } from '@tributary/events';
import type { Pool } from 'mariadb';
import { type LoadDependencies, stopWhenAborted, toUnavailable } from './load-dependencies.ts';
import { publishEnd } from './load-end.ts';
import { findLoad } from './store/load-record.ts';

/**
 * Deletes what was kept of a deleted upload's file: its rejections, some thousand at a time, and the reasons. The load stays,
 * so that a message that comes late finds it ended and loads nothing; so do the rows. What is already gone is no error. The end of
 * a load that this cancelled is published, for the results.
 */
export async function purgeLoad(
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
    while (await deleteRejectionBatch(db.pool, uploadId)) {
      markProgress();
      stopWhenAborted(signal);
    }
    const load = await findLoad(db.pool, uploadId);
    if (load?.state === 'CANCELLED') await publishEnd({ uploadId }, load, { publish, clock });
  } catch (error) {
    throw toUnavailable(error);
  }
}

const REJECTION_BATCH = 5_000;

/** Keeps of the load only that it was, how it ended and what it counted; nothing of the file's text. One that has not ended is cancelled. */
async function markDeleted(pool: Pool, uploadId: string, at: Date): Promise<void> {
  await pool.query(
    `UPDATE loads SET deleted_at = ?, reasons = '[]', failure = NULL, dialect = NULL,
        state = IF(state = 'LOADING', 'CANCELLED', state)
      WHERE upload_id = ? AND deleted_at IS NULL`,
    [at, uploadId],
  );
}

/** Deletes up to 5,000 rejections of a load; true while there may be more. */
async function deleteRejectionBatch(pool: Pool, uploadId: string): Promise<boolean> {
  const { affectedRows } = await pool.query(`DELETE FROM rejections WHERE upload_id = ? LIMIT ${REJECTION_BATCH}`, [
    uploadId,
  ]);
  return affectedRows === REJECTION_BATCH;
}
