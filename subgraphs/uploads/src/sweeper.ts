import type { Clock, Log } from '@tributary/core';
import { type FileStore, toResultFolder, toUploadId, toUploadName } from '@tributary/file-store';
import { Counter, type Registry } from '@tributary/metrics';
import {
  abandonIntake,
  confirmFileDeleted,
  deleteAbandonedIntake,
  findAbandonedIntakes,
  findFilesToDelete,
  findOrphanFiles,
  findStaleIntakes,
  type UploadsDb,
} from '@tributary/uploads-db';

const deletedEveryMs = 10_000;
const intakesEveryMs = 10_000;
const filesEveryMs = 60 * 60_000;

/** Removes what processes that died have left: stale intakes and files of deleted uploads every ten seconds, files nobody knows every hour. Any number may run. */
export function startSweeper(deps: SweeperDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = Promise.all([
    every(deletedEveryMs, () => sweepDeletedFiles(deps)),
    every(intakesEveryMs, () => sweepIntakes(deps)),
    every(filesEveryMs, () => sweepOrphanFiles(deps)),
  ]);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };

  async function every(ms: number, sweep: () => Promise<void>) {
    while (!stopping.signal.aborted) {
      await sweep().catch((error: unknown) => deps.log.warn({ err: error }, 'sweep failed, retry scheduled'));
      await deps.clock.sleep(ms, stopping.signal).catch(() => undefined);
    }
  }
}

const intakesBatch = 100;
/** How long after an intake was abandoned the process that stored its file counts as dead. */
const keepAbandonedMs = 10 * 60_000;

/**
 * Abandons the intakes whose lease ran out, so that their idempotency keys are free again, and deletes the files of
 * abandoned ones again for ten minutes: the process that stores one may only be paused. One that fails stays for the
 * next sweep.
 */
export async function sweepIntakes({ db, files, clock, log }: SweeperDeps): Promise<void> {
  const now = clock.now();
  const deleteFile = (fileId: string) => files.delete(toUploadName(fileId));
  for (const { id, fileId, givenUpAt } of await findAbandonedIntakes(db, intakesBatch)) {
    try {
      await deleteFile(fileId);
      if (now.getTime() - givenUpAt.getTime() > keepAbandonedMs) await deleteAbandonedIntake(db, id);
    } catch (error) {
      log.warn({ err: error, uploadId: id }, 'file of an abandoned intake kept for the next sweep');
    }
  }
  for (const id of await findStaleIntakes(db, now, intakesBatch)) {
    const isAbandoned = await abandonIntake(db, id, { deleteFile, now, onlyStale: true }).catch((error: unknown) =>
      log.warn({ err: error, uploadId: id }, 'stale intake kept for the next sweep'),
    );
    if (isAbandoned) log.info({ uploadId: id }, 'abandoned intake discarded');
  }
}

const filesBatch = 500;
const dayMs = 24 * 60 * 60_000;

/** Below this many unknown files the size of the store does not matter. */
const minUnknownToRefuse = 10;

/**
 * Deletes files, whole or broken off, whose upload has neither a record nor an intake: the upload's own and its result files.
 * An intake is written before the first byte, so a streaming file is safe at any age; the day is for people, to repair a
 * database that lost its rows. If more than a tenth of the store is unknown, no whole file is deleted: the store or the
 * database is probably the wrong one.
 */
export async function sweepOrphanFiles(
  deps: SweeperDeps,
  { minAgeMs = dayMs }: { minAgeMs?: number } = {},
): Promise<void> {
  const { db, files, clock, log, onFileSweep } = deps;
  const isOrphan = async (name: string) => (await findOrphanFiles(db, [toUploadId(name)])).length > 0;
  await files.sweep({ olderThanMs: minAgeMs, isForgotten: isOrphan });
  const before = clock.now().getTime() - minAgeMs;
  const orphans: string[] = [];
  let total = 0;
  let batch: string[] = [];
  for await (const { name, createdAt } of files.list()) {
    total += 1;
    if (createdAt.getTime() >= before) continue;
    batch.push(name);
    if (batch.length < filesBatch) continue;
    orphans.push(...(await findOrphans(batch)));
    batch = [];
  }
  orphans.push(...(await findOrphans(batch)));
  const isRefused = orphans.length > Math.max(minUnknownToRefuse, total / 10);
  onFileSweep?.(isRefused ? 'refused' : 'done');
  if (isRefused) {
    const example = orphans[0];
    log.error(
      { unknown: orphans.length, total, example },
      'file sweep refused: more than a tenth of the files have no upload; check FILE_STORE_URL and UPLOADS_DATABASE_URL',
    );
    return;
  }
  for (const name of orphans) {
    await files.delete(name);
    log.info({ file: name }, 'orphan file deleted');
  }

  async function findOrphans(names: readonly string[]) {
    const unknown = new Set(await findOrphanFiles(db, [...new Set(names.map(toUploadId))]));
    return names.filter((name) => unknown.has(toUploadId(name)));
  }
}

const deletedFilesBatch = 100;

/** Deletes the files of deleted uploads that are still there. A failed one stays for the next sweep. */
export async function sweepDeletedFiles(deps: SweeperDeps): Promise<void> {
  for (const fileId of await findFilesToDelete(deps.db, deletedFilesBatch)) await deleteFiles(fileId, deps);
}

/** Deletes the file of a deleted upload and its result files, then forgets that it had to; never throws, since the next sweep tries again. */
export async function deleteFiles(uploadId: string, { db, files, log }: Omit<SweeperDeps, 'clock'>): Promise<void> {
  try {
    await files.delete(toUploadName(uploadId));
    await files.deleteFolder(toResultFolder(uploadId));
    await confirmFileDeleted(db, uploadId);
  } catch (error) {
    log.warn({ err: error, uploadId }, 'files of a deleted upload kept for the next sweep');
  }
}

/** Adds how sweeps of the file store end. */
export function measureFileSweeps(registry: Registry): NonNullable<SweeperDeps['onFileSweep']> {
  const sweeps = new Counter({
    name: 'tributary_uploads_file_sweeps_total',
    help: 'Sweeps of the file store for files without an upload, as done, or refused because too many have none.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of ['done', 'refused']) sweeps.inc({ outcome }, 0);
  return (outcome) => sweeps.inc({ outcome });
}

export interface SweeperDeps {
  readonly db: UploadsDb;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with the outcome of each sweep of the file store. */
  readonly onFileSweep?: (outcome: 'done' | 'refused') => void;
}
