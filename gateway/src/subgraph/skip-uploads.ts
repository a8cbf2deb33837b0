import { findUploads } from './find-uploads.ts';

/** Lets the files among these variables go by unread, so that those behind them in the request can come. Never fails. */
export function skipUploads(variables: Record<string, unknown>): void {
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
