import type { Pool } from 'mariadb';
import type { LoadRecord } from './load-record.ts';

/** A message and the load it is about. */
export interface LoadMessage {
  readonly uploadId: string;
  readonly messageId: string;
}

/**
 * Records that handling started. Returns how often this message was started without finishing since the load made progress,
 * i.e. how often a worker crashed on it. Each message has its own count, also while several of one load are handled at a time;
 * waiting in between does not reset it.
 */
export async function recordStart(
  pool: Pool,
  { uploadId, messageId }: LoadMessage,
  { dialect, rowsRead }: Pick<LoadRecord, 'dialect' | 'rowsRead'>,
): Promise<number> {
  const progress = dialect === null ? -1 : rowsRead;
  const { insertId } = await pool.query(
    `INSERT INTO load_deliveries (upload_id, message_id, starts, progress) VALUES (?, ?, LAST_INSERT_ID(1), ?)
      ON DUPLICATE KEY UPDATE starts = LAST_INSERT_ID(IF(progress = VALUES(progress), starts + 1, 1)),
        progress = VALUES(progress)`,
    [uploadId, messageId, progress],
  );
  return Number(insertId) - 1;
}

/** Records that handling ended without a crash. */
export async function recordCleanExit(pool: Pool, { uploadId, messageId }: LoadMessage): Promise<void> {
  const message = [uploadId, messageId];
  const { affectedRows } = await pool.query(
    'DELETE FROM load_deliveries WHERE upload_id = ? AND message_id = ? AND starts <= 1',
    message,
  );
  if (affectedRows > 0) return;
  await pool.query('UPDATE load_deliveries SET starts = starts - 1 WHERE upload_id = ? AND message_id = ?', message);
}

/** The message counts from 0 when it is delivered again. */
export async function resetCrashCount(pool: Pool, { uploadId, messageId }: LoadMessage): Promise<void> {
  await pool.query('DELETE FROM load_deliveries WHERE upload_id = ? AND message_id = ?', [uploadId, messageId]);
}

/** Deletes the counts of a load that has ended. */
export async function deleteCrashCounts(pool: Pool, uploadId: string): Promise<void> {
  await pool.query('DELETE FROM load_deliveries WHERE upload_id = ?', [uploadId]);
}
