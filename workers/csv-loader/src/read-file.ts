import { isAppError, unavailable } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';

/** A file's bytes. A store that is away, or goes away on the way, is UNAVAILABLE in words that are the same for every store. */
export async function* readFile(files: Pick<FileStore, 'read'>, fileId: string): AsyncGenerator<Uint8Array> {
  try {
    yield* await files.read(fileId);
  } catch (error) {
    throw isAppError(error, 'UNAVAILABLE') ? unavailable('Waiting for the file store', { cause: error }) : error;
  }
}
