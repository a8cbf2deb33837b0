import { isContention } from '@tributary/employment-db';
import type { problem } from '@tributary/events';
import type { PoolConnection } from 'mariadb';
import type { z } from 'zod';
import { addRange, type Chunk, type Target } from '../chunks.ts';
import { type LoadDependencies, stopWhenAborted } from '../load-dependencies.ts';
import { type LoadRecord, readLoad } from './load-record.ts';
import { recordHires, recordNames } from './record-changes.ts';
import { rejectionStatements, writeRows } from './row-statements.ts';
import { writeHires } from './write-hires.ts';

const MAX_ATTEMPTS = 10;
const MAX_PAUSE_MS = 1_000;
const MAX_REASONS = 10;
const MAX_REASON_CHARACTERS = 200;

/** Another loader has ended the load or brought it further: the state of this one is out of date. */
export class Superseded extends Error {
  constructor(uploadId: string) {
    super(`The load of ${uploadId} is not where this loader left it.`);
    this.name = 'Superseded';
  }
}

/**
 * Writes a chunk, its rejections, its change of the hire counts, the checkpoint and the data version in one
 * transaction, and returns the load as committed. Throws Superseded, having written nothing, if the load has ended or
 * has a row of this chunk already. A deadlock or lock timeout is retried ten times, with growing pauses, then thrown; a
 * loader that must stop throws UNAVAILABLE instead of retrying.
 */
export async function commitChunk(
  target: Target,
  chunk: Chunk,
  { db, clock, signal }: Pick<LoadDependencies, 'db' | 'clock' | 'signal'>,
): Promise<LoadRecord> {
  for (let tries = 1; ; tries++) {
    const connection = await db.pool.getConnection();
    try {
      await connection.beginTransaction();
      const committed = await writeChunk(connection, target, chunk);
      await connection.commit();
      return committed;
    } catch (error) {
      await connection.rollback().catch(() => {});
      if (!isContention(error) || tries === MAX_ATTEMPTS) throw error;
    } finally {
      await connection.release();
    }
    await clock.sleep(getPauseMs(tries), signal).catch(() => {});
    stopWhenAborted(signal);
  }
}

/** Up to 20, 40, 80 … 1,000 ms, by chance: loaders that met must not all come back at the same moment. */
function getPauseMs(tries: number): number {
  return Math.random() * Math.min(MAX_PAUSE_MS, 10 * 2 ** tries);
}

async function writeChunk(connection: PoolConnection, target: Target, chunk: Chunk): Promise<LoadRecord> {
  const { uploadId } = target;
  const recordChanges = await writeChanges(connection, target, chunk.rows);
  for (const sql of rejectionStatements(chunk.rejections, uploadId)) await connection.query(sql);
  // Locked behind the rows, so that chunks of one load are written at the same time. Everyone locks in this order.
  const before = await readLoad(connection, uploadId, true);
  const committed = addRange(before.committed, [chunk.from, chunk.to]);
  if (before.state !== 'LOADING' || committed === null) throw new Superseded(uploadId);
  const rowsLoaded = before.rowsLoaded + chunk.rows.length;
  const rowsRejected = before.rowsRejected + chunk.rejections.length;
  const rowsRead = rowsLoaded + rowsRejected;
  const reasons = addReasons(before.reasons, chunk);
  const version = await raiseDataVersion(connection);
  await recordChanges(version);
  await connection.query(
    `UPDATE loads SET checkpoint = ?, rows_read = ?, rows_loaded = ?, rows_rejected = ?, reasons = ?, version = ?, updated_at = NOW(3)
      WHERE upload_id = ?`,
    [JSON.stringify(committed), rowsRead, rowsLoaded, rowsRejected, JSON.stringify(reasons), version, uploadId],
  );
  return { ...before, committed, rowsRead, rowsLoaded, rowsRejected, reasons, version };
}

/** Writes the rows; the result then records which results they change, under the chunk's version and with its lock. */
async function writeChanges(
  connection: PoolConnection,
  target: Target,
  rows: Chunk['rows'],
): Promise<(version: number) => Promise<void>> {
  const { kind } = target;
  if (kind === 'HIRED_EMPLOYEES') {
    const changes = await writeHires(connection, target, rows);
    return (version) => recordHires(connection, changes, version);
  }
  await writeRows(connection, target, rows);
  return (version) => recordNames(connection, kind, rows, version);
}

/** Locks the one row all loads share, hence after the long writes. The counts of hires keep up with it, unless they were behind before. */
async function raiseDataVersion(connection: PoolConnection): Promise<number> {
  const { insertId } = await connection.query(
    `UPDATE data_version SET hires_version = IF(hires_version = version, version + 1, hires_version),
        version = LAST_INSERT_ID(version + 1)
      WHERE id = 1`,
  );
  return Number(insertId);
}

/** The first ten by their lines: a chunk may be committed before one that stands above it. */
function addReasons(reasons: z.output<typeof problem>[], chunk: Chunk): z.output<typeof problem>[] {
  const added = chunk.rejections
    .slice(0, MAX_REASONS)
    .map(({ raw, ...reason }) => ({ ...reason, raw: raw.slice(0, MAX_REASON_CHARACTERS) }));
  return [...reasons, ...added].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, MAX_REASONS);
}
