import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';

/** A file as it was stored. */
export interface StoredFile {
  readonly bytes: number;
  /** Of the whole content, in lower-case hex. */
  readonly sha256: string;
}

/** One entry of a listing. */
export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
  readonly createdAt: Date;
}

/**
 * Stores files in two folders: `uploads/<id>` is the file of an upload, `results/<id>/…` holds all that the work on it added. Any
 * other name is BAD_USER_INPUT. A file never changes once it is written. An unreachable store throws UNAVAILABLE.
 */
export interface FileStore {
  /**
   * Stores a stream under a new name, in constant memory; CONFLICT if the name exists. Resolves once the file is durable.
   * When the content breaks off, the signal is aborted or storing fails, nothing is left.
   */
  write(name: string, content: AsyncIterable<Uint8Array>, options?: { signal?: AbortSignal }): Promise<StoredFile>;
  /** Stores bytes whole. A file of that name that exists already stays as it is, so putting the same content twice is putting it once. */
  put(name: string, content: Uint8Array): Promise<void>;
  /** Opens a file from byte `start` up to and including byte `end`; NOT_FOUND before the first byte when it is missing. */
  read(name: string, options?: { start?: number; end?: number }): Promise<Readable>;
  /** Its size, or null when there is none. */
  stat(name: string): Promise<{ bytes: number } | null>;
  /** Deletes a file and what an unfinished write has stored of it so far; a missing file is no error. */
  delete(name: string): Promise<void>;
  /** Deletes every file in a folder such as `results/<id>/`, and what unfinished writes have stored there; a missing folder is no error. */
  deleteFolder(folder: string): Promise<void>;
  /** Every complete file, or those in a folder such as `results/<id>/`, in no order; files written or deleted meanwhile may be missed. */
  list(folder?: string): AsyncIterable<FileEntry>;
  /**
   * Removes what dead writers have left of files, if it is older than `olderThanMs` and the file `isForgotten`: not even a
   * write in progress knows its name. Complete files are never touched.
   */
  sweep(options: { olderThanMs: number; isForgotten: (name: string) => Promise<boolean> }): Promise<void>;
  /** Throws UNAVAILABLE unless the store can take a file now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A stream that passes everything on and reports, once it has ended, the size and SHA-256. */
export function countAndHash(): { stream: Transform; result(): StoredFile } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.byteLength;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}
