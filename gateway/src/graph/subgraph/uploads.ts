import { Upload } from 'graphql-upload-minimal';

/** The files of a multipart request while the client is still sending them. */
export interface IncomingUploads {
  /** A longer file is cut off and marked as truncated. */
  maxBytes: number;
  /** Called with the number of bytes of a file that were passed on. */
  onBytes(bytes: number): void;
  /**
   * Resolves when the file may be finalised; for the last file, only after the whole request was read. Rejects with
   * BAD_USER_INPUT.
   */
  whenComplete(upload: Upload): Promise<void>;
}

/**
 * Every file among a request's variables, at any depth, in their order; `path` is its location:
 * `variables.input.files.0`.
 */
export function findUploads(value: unknown, path = 'variables'): { path: string; upload: Upload }[] {
  if (value instanceof Upload) return [{ path, upload: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => findUploads(child, `${path}.${key}`));
}

/** Discards the files among these variables, so that the files behind them in the request can arrive. Never fails. */
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
