import type { Pool } from 'mariadb';

const AT_ONCE = 5_000;

/** Keeps of the load only that it was, how it ended and what it counted; nothing of the file's text. One that has not ended is cancelled. */
export async function markDeleted(pool: Pool, uploadId: string, at: Date): Promise<void> {
  await pool.query(
    `UPDATE loads SET deleted_at = ?, reasons = '[]', failure = NULL, dialect = NULL,
        state = IF(state = 'LOADING', 'CANCELLED', state)
      WHERE upload_id = ? AND deleted_at IS NULL`,
    [at, uploadId],
  );
}

/** Deletes up to 5,000 rejections of a load; true while there may be more. */
export async function deleteSomeRejections(pool: Pool, uploadId: string): Promise<boolean> {
  const { affectedRows } = await pool.query(`DELETE FROM rejections WHERE upload_id = ? LIMIT ${AT_ONCE}`, [uploadId]);
  return affectedRows === AT_ONCE;
}
