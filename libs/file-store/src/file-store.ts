import type { Readable } from 'node:stream';

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
