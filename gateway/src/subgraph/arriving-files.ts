import type { Upload } from 'graphql-upload-minimal';

/** The files of a multipart request, while the client still sends them. */
export interface ArrivingFiles {
  /** A longer file arrives cut off, and marked as truncated. */
  maxBytes: number;
  /** Told how many bytes of a file went on. */
  taken(bytes: number): void;
  /** Resolves once the request stands behind this file: its last one only when all of it was read. Rejects with BAD_USER_INPUT. */
  settled(upload: Upload): Promise<void>;
}
