import { Readable } from 'node:stream';
import { fileTooLarge, invalidInput } from '@tributary/core';
import { Upload } from 'graphql-upload-minimal';
import type { ArrivingFiles } from './arriving-files.ts';
import { findUploads } from './find-uploads.ts';

/**
 * A GraphQL multipart request as a stream of chunks, files strictly in turn as they come from the client. Throws
 * FILE_TOO_LARGE for a file over the limit, BAD_USER_INPUT for one that did not come or broke off.
 */
export async function* multipartBody(
  boundary: string,
  request: { query: string; variables?: Record<string, unknown> },
  files: ArrivingFiles,
): AsyncGenerator<Uint8Array | string> {
  const uploads = findUploads(request.variables);
  const map = Object.fromEntries(uploads.map(({ path }, index) => [index, [path]]));
  yield field(boundary, 'operations', withoutUploads(request));
  yield field(boundary, 'map', JSON.stringify(map));
  for (const [index, { upload }] of uploads.entries()) {
    yield* filePart(boundary, index, upload, files);
    await files.settled(upload);
  }
  yield `--${boundary}--\r\n`;
}

const field = (boundary: string, name: string, json: string) =>
  `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${json}\r\n`;

/** JSON with null in place of each file, as the multipart request specification wants it. */
function withoutUploads(request: object): string {
  return JSON.stringify(request, (_key, child: unknown) => (child instanceof Upload ? null : child));
}

async function* filePart(boundary: string, index: number, upload: Upload, { maxBytes, taken }: ArrivingFiles) {
  const file = await received(upload);
  // FormData with a Blob whose name is empty; the parser then gives none, whatever its types say.
  if (!file.filename) throw invalidInput(`The file part "${file.fieldName}" has no file name`);
  const filename = file.filename.replaceAll(/["\r\n]/g, (character) => encodeURIComponent(character));
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(file.mimetype) ? file.mimetype : 'application/octet-stream';
  yield `--${boundary}\r\ncontent-disposition: form-data; name="${index}"; filename="${filename}"\r\ncontent-type: ${type}\r\n\r\n`;
  let stream: Readable & { truncated?: boolean };
  try {
    // It throws when the request ended early after this part was read whole.
    stream = file.createReadStream();
    // Left open on an early end: destroying it would stall the parser, and with it the client.
    for await (const chunk of Readable.prototype.iterator.call(stream, { destroyOnReturn: false })) {
      taken(chunk.length);
      yield chunk;
    }
  } catch (cause) {
    throw invalidInput(`The file "${file.filename}" broke off`, { cause });
  }
  // A file over the limit ends like any other; only this mark tells.
  if (stream.truncated) throw fileTooLarge(`The file "${file.filename}" is larger than ${maxBytes} bytes`);
  yield '\r\n';
}

async function received(upload: Upload) {
  try {
    return await upload.promise;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidInput(`A file of the request did not come: ${reason}`, { cause });
  }
}
