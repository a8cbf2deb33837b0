import type { BodyOf, uploadReceived } from '@tributary/events';
import { rejectionReason } from '@tributary/events';
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
  reasons: z.preprocess(fromJson, z.array(rejectionReason)),
  failure: z.string().nullable(),
  version: z.coerce.number(),
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

/** The upload's load, entered first if this is the first time it is seen. */
export async function openLoad(pool: Pool, upload: BodyOf<typeof uploadReceived>): Promise<LoadRecord> {
  await pool.query(
    "INSERT IGNORE INTO loads (upload_id, uploader_id, kind, sequence, state, reasons) VALUES (?, ?, ?, ?, 'LOADING', '[]')",
    [upload.uploadId, upload.uploader.id, upload.kind, upload.sequence],
  );
  return readLoad(pool, upload.uploadId);
}

/** Reads the load; `lock` holds its row until the transaction ends. */
export async function readLoad(connection: Pool | Connection, uploadId: string, lock = false): Promise<LoadRecord> {
  const [row] = await connection.query(
    `SELECT state, dialect, checkpoint AS committed, rows_read AS rowsRead, rows_loaded AS rowsLoaded, rows_rejected AS rowsRejected, reasons, failure, version
       FROM loads WHERE upload_id = ?${lock ? ' FOR UPDATE' : ''}`,
    [uploadId],
  );
  return loadRecord.parse(row);
}

/** Keeps what the first pass found, so that a restart goes straight to the second. That is progress: deaths count anew. */
export async function saveDialect(pool: Pool, uploadId: string, settled: Dialect): Promise<void> {
  await pool.query(
    "UPDATE loads SET dialect = ?, begun = LEAST(begun, 1), updated_at = NOW(3) WHERE upload_id = ? AND state = 'LOADING'",
    [JSON.stringify(settled), uploadId],
  );
}

/** Ends the load unless it has ended already; the end that stands is the one read afterwards. */
export async function endLoad(
  pool: Pool,
  uploadId: string,
  end: { state: 'COMPLETED' } | { state: 'FAILED'; failure: string },
): Promise<void> {
  const failure = end.state === 'FAILED' ? end.failure : null;
  await pool.query(
    "UPDATE loads SET state = ?, failure = ?, updated_at = NOW(3) WHERE upload_id = ? AND state = 'LOADING'",
    [end.state, failure, uploadId],
  );
}

/** How many of these uploads' loads have not ended, those not even begun included. */
export async function countUnended(pool: Pool, uploadIds: readonly string[]): Promise<number> {
  if (uploadIds.length === 0) return 0;
  const [row] = await pool.query("SELECT COUNT(*) AS ended FROM loads WHERE upload_id IN (?) AND state <> 'LOADING'", [
    uploadIds,
  ]);
  return new Set(uploadIds).size - z.coerce.number().parse(row.ended);
}
