import { Upload } from 'graphql-upload-minimal';

/** The files of a multipart request, while the client still sends them. */
export interface IncomingUploads {
  /** A longer file arrives cut off, and marked as truncated. */
  maxBytes: number;
  /** Told how many bytes of a file went on. */
  onBytes(bytes: number): void;
  /** Resolves once the request stands behind this file: its last one only when all of it was read. Rejects with BAD_USER_INPUT. */
  whenComplete(upload: Upload): Promise<void>;
}

/** Every file among a request's variables, at any depth, in their order; `path` is its place: `variables.input.files.0`. */
export function findUploads(value: unknown, path = 'variables'): { path: string; upload: Upload }[] {
  if (value instanceof Upload) return [{ path, upload: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => findUploads(child, `${path}.${key}`));
}

/** Lets the files among these variables go by unread, so that those behind them in the request can come. Never fails. */
export function drainUploads(variables: Record<string, unknown>): void {
  for (const { upload } of findUploads(variables)) {
    upload.promise.then(
      ({ createReadStream }) => {
        const stream = createReadStream();
        stream.on('error', () => undefined);
        stream.resume();
      },
      () => undefined,
    );
  }
}
