import { isAppError, unavailable } from '@tributary/core';
import { recountHiresIfStale } from '@tributary/employment-db';
import { type FileStore, toUploadName } from '@tributary/file-store';
import { inSpan } from '@tributary/tracing';
import type { Target } from './chunks.ts';
import { detectDialect } from './csv/dialect.ts';
import { InvalidFileError } from './faults.ts';
import { type LoadDependencies, stopWhenAborted, toUnavailable, type Upload, work } from './load-dependencies.ts';
import { publishEnd } from './load-end.ts';
import { loadRows } from './load-rows.ts';
import { isKind } from './rows/kinds.ts';
import { Superseded } from './store/commit-chunk.ts';
import { countUnfinished, endLoad, type LoadRecord, openLoad, readLoad, saveDialect } from './store/load-record.ts';

/**
 * Loads the file from its checkpoint to the end and publishes the result. If the load already ended, only republishes
 * it. `opened` avoids re-reading a load the caller just created. Throws UNAVAILABLE if a dependency, such as an earlier
 * upload, is not ready, and when the worker stops.
 */
export async function loadUpload(upload: Upload, dependencies: LoadDependencies, opened?: LoadRecord): Promise<void> {
  try {
    let load = opened ?? (await openLoad(dependencies.db.pool, upload));
    while (load.state === 'LOADING') {
      await advance(upload, load, dependencies);
      load = await readLoad(dependencies.db.pool, upload.uploadId);
    }
    await publishEnd(upload, load, dependencies);
  } catch (error) {
    throw toUnavailable(error);
  }
}

async function advance(upload: Upload, load: LoadRecord, dependencies: LoadDependencies): Promise<void> {
  const { db, files, publish, clock, signal, markProgress } = dependencies;
  const { uploadId, sequence, kind, fileId } = upload;
  const open = async () => readFile(files, fileId);
  try {
    if (!isKind(kind)) throw new InvalidFileError(`Files of the kind ${kind} cannot be loaded.`);
    const waitingFor = await countUnfinished(db.pool, upload.dependsOn);
    if (waitingFor > 0) {
      throw unavailable(
        `Waiting for ${waitingFor === 1 ? 'an earlier upload' : `${waitingFor} earlier uploads`} of departments or jobs`,
      );
    }
    if (!load.dialect) {
      await publish(work.started, { uploadId, at: clock.now().toISOString() });
      const dialect = await inSpan('first pass', {}, () => detectDialect(open, kind, () => stopWhenAborted(signal)));
      await saveDialect(db.pool, uploadId, dialect);
      markProgress();
      return;
    }
    if (kind === 'HIRED_EMPLOYEES') await recountHiresIfStale(db.pool);
    const target: Target = { uploadId, sequence, kind };
    await loadRows(target, load.dialect, load, await open(), dependencies);
    await endLoad(db.pool, uploadId, { state: 'COMPLETED' });
  } catch (error) {
    if (error instanceof InvalidFileError)
      await endLoad(db.pool, uploadId, { state: 'FAILED', failure: error.message });
    else if (!(error instanceof Superseded)) throw error;
  }
}

/** A file's bytes. A store that is or becomes unavailable is UNAVAILABLE with the same message for every store. */
async function* readFile(files: Pick<FileStore, 'read'>, fileId: string): AsyncGenerator<Uint8Array> {
  try {
    yield* await files.read(toUploadName(fileId));
  } catch (error) {
    throw isAppError(error, 'UNAVAILABLE') ? unavailable('Waiting for the file store', { cause: error }) : error;
  }
}
