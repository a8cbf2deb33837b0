import type { Pool } from 'mariadb';

/**
 * Enters that the delivery is in hand, and returns how many times it was before, since the load made progress last, and
 * did not end: its worker died each time. Every orderly end of a delivery gives it another name or is given back.
 */
export async function beginDelivery(pool: Pool, uploadId: string, delivery: string): Promise<number> {
  const { affectedRows, insertId } = await pool.query(
    `UPDATE loads SET begun = LAST_INSERT_ID(IF(delivery <=> ?, begun + 1, 1)), delivery = ?
      WHERE upload_id = ? AND state = 'LOADING'`,
    [delivery, delivery, uploadId],
  );
  return affectedRows === 0 ? 0 : Number(insertId) - 1;
}

/** The delivery is no longer in hand, and nothing died. */
export async function giveBackDelivery(pool: Pool, uploadId: string, delivery: string): Promise<void> {
  await pool.query('UPDATE loads SET begun = begun - 1 WHERE upload_id = ? AND delivery = ? AND begun > 0', [
    uploadId,
    delivery,
  ]);
}

/** Whoever delivers the message again starts with a clean count. */
export async function forgetDeliveries(pool: Pool, uploadId: string): Promise<void> {
  await pool.query('UPDATE loads SET begun = 0, delivery = NULL WHERE upload_id = ?', [uploadId]);
}
