import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { invalidInput } from '@tributary/core';

/** A file as it was stored. */
export interface StoredFile {
  readonly bytes: number;
  /** Of the whole content, in lower-case hex. */
  readonly sha256: string;
}

/**
 * Where uploaded files live. Ids are made of letters, digits, `-` and `_` (BAD_USER_INPUT otherwise); a file never
 * changes once it is written. A store that cannot be reached throws UNAVAILABLE.
 */
export interface FileStore {
  /**
   * Stores a stream under a new id, in constant memory; CONFLICT if the id exists. Resolves once the file is durable.
   * When the content breaks off, the signal is aborted or storing fails, nothing is left.
   */
  write(id: string, content: AsyncIterable<Uint8Array>, options?: { signal?: AbortSignal }): Promise<StoredFile>;
  /** Opens a file from byte `start` up to and including byte `end`; NOT_FOUND before the first byte when it is missing. */
  read(id: string, options?: { start?: number; end?: number }): Promise<Readable>;
  /** Its size, or null when there is none. */
  stat(id: string): Promise<{ bytes: number } | null>;
  /** Deletes a file, or what a write that was given up has stored of it so far; one that is not there is no error. */
  delete(id: string): Promise<void>;
  /** Every complete file, in no order; files written or deleted meanwhile may be missed. */
  list(): AsyncIterable<{ id: string; createdAt: Date }>;
  /**
   * Removes what writers that died have left of files, if it is older than `olderThanMs` and the file `isForgotten`: not
   * even a write in progress knows it. What belongs to a whole file is never looked at.
   */
  sweep(options: { olderThanMs: number; isForgotten: (id: string) => Promise<boolean> }): Promise<void>;
  /** Throws UNAVAILABLE unless the store can take a file now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The id itself when it is one; a name that could mean another place in the store is BAD_USER_INPUT. */
export function assertFileId(id: string): string {
  if (!/^[A-Za-z0-9_-]{3,128}$/.test(id)) throw invalidInput(`"${id.slice(0, 128)}" is no file id.`);
  return id;
}

/** A stream that passes everything on and knows, once it has ended, how much it was and its SHA-256. */
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
