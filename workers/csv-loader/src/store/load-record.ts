import { type BodyOf, problem, type uploadAccepted, type uploadCancelled } from '@tributary/events';
import type { Connection, Pool } from 'mariadb';
import { z } from 'zod';
import { type Dialect, dialect } from '../csv/dialect.ts';

const loadRecord = z.object({
  state: z.enum(['LOADING', 'COMPLETED', 'FAILED', 'CANCELLED']),
  dialect: z.preprocess(fromJson, dialect.nullable()),
  /** The rows of the file that are committed. */
  committed: z.preprocess(committedRows, z.array(z.tuple([z.number(), z.number()]).readonly()).readonly()),
  rowsRead: z.number(),
  rowsLoaded: z.number(),
  rowsRejected: z.number(),
  reasons: z.preprocess(fromJson, z.array(problem)),
  failure: z.string().nullable(),
  version: z.coerce.number(),
  deadLettered: z.coerce.boolean(),
});

/** A load as it is committed. */
export type LoadRecord = z.infer<typeof loadRecord>;

/** The driver gives JSON as objects from MariaDB's own type, as text from others. */
function fromJson(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}

/** The checkpoint; of a load begun before there were lanes it says up to which row. */
function committedRows(checkpoint: unknown): unknown {
  const value = fromJson(checkpoint) ?? [];
  return typeof value === 'object' && 'row' in value ? [[0, value.row]] : value;
}

/** The upload's load, inserted first if this is the first time it is seen; no longer dead-lettered. */
export async function openLoad(pool: Pool, upload: BodyOf<typeof uploadAccepted>): Promise<LoadRecord> {
  await insertLoad(pool, upload);
  const load = await readLoad(pool, upload.uploadId);
  if (load.deadLettered) {
    await pool.query('UPDATE loads SET dead_lettered_at = NULL WHERE upload_id = ?', [upload.uploadId]);
  }
  return load;
}

/** Reads the load; `lock` holds its row until the transaction ends. */
export async function readLoad(connection: Pool | Connection, uploadId: string, lock = false): Promise<LoadRecord> {
  const load = await findLoad(connection, uploadId, lock);
  if (load === null) throw new Error(`There is no load of the upload ${uploadId}.`);
  return load;
}

/** As `readLoad`; null where the upload was never opened. */
export async function findLoad(
  connection: Pool | Connection,
  uploadId: string,
  lock = false,
): Promise<LoadRecord | null> {
  const [row] = await connection.query(
    `SELECT state, dialect, checkpoint AS committed, rows_read AS rowsRead, rows_loaded AS rowsLoaded, rows_rejected AS rowsRejected, reasons, failure, version,
            dead_lettered_at IS NOT NULL AS deadLettered
       FROM loads WHERE upload_id = ?${lock ? ' FOR UPDATE' : ''}`,
    [uploadId],
  );
  return row === undefined ? null : loadRecord.parse(row);
}

/** Keeps what the first pass found, so that a restart goes straight to the second. */
export async function saveDialect(pool: Pool, uploadId: string, detected: Dialect): Promise<void> {
  await pool.query("UPDATE loads SET dialect = ?, updated_at = NOW(3) WHERE upload_id = ? AND state = 'LOADING'", [
    JSON.stringify(detected),
    uploadId,
  ]);
}

/** Ends the load unless it has ended already; the end that stands is the one read afterwards. */
export async function endLoad(
  pool: Pool,
  uploadId: string,
  end: { state: 'COMPLETED' | 'CANCELLED' } | { state: 'FAILED'; failure: string },
): Promise<void> {
  const failure = end.state === 'FAILED' ? end.failure : null;
  await pool.query(
    "UPDATE loads SET state = ?, failure = ?, updated_at = NOW(3) WHERE upload_id = ? AND state = 'LOADING'",
    [end.state, failure, uploadId],
  );
}

/**
 * Cancels the load unless it has ended, and returns it as it ended: after this no chunk can be committed. A load that was
 * never opened is kept as cancelled, so that a late message loads nothing.
 */
export async function cancelLoad(pool: Pool, cancelled: BodyOf<typeof uploadCancelled>): Promise<LoadRecord> {
  await insertLoad(pool, cancelled);
  await endLoad(pool, cancelled.uploadId, { state: 'CANCELLED' });
  return readLoad(pool, cancelled.uploadId);
}

/** From here on no other upload waits for this load, until it is opened again. */
export async function markDeadLettered(
  pool: Pool,
  upload: Omit<BodyOf<typeof uploadCancelled>, 'at'>,
  at: Date,
): Promise<void> {
  await insertLoad(pool, upload);
  await pool.query("UPDATE loads SET dead_lettered_at = ? WHERE upload_id = ? AND state = 'LOADING'", [
    at,
    upload.uploadId,
  ]);
}

/** How many of these uploads' loads have neither ended nor been dead-lettered, those not even begun included. */
export async function countUnfinished(pool: Pool, uploadIds: readonly string[]): Promise<number> {
  if (uploadIds.length === 0) return 0;
  const [row] = await pool.query(
    "SELECT COUNT(*) AS ended FROM loads WHERE upload_id IN (?) AND (state <> 'LOADING' OR dead_lettered_at IS NOT NULL)",
    [uploadIds],
  );
  return new Set(uploadIds).size - z.coerce.number().parse(row.ended);
}

async function insertLoad(pool: Pool, upload: Omit<BodyOf<typeof uploadCancelled>, 'at'>): Promise<void> {
  await pool.query(
    "INSERT IGNORE INTO loads (upload_id, uploader_id, kind, sequence, state, reasons) VALUES (?, ?, ?, ?, 'LOADING', '[]')",
    [upload.uploadId, upload.uploader.id, upload.kind, upload.sequence],
  );
}
