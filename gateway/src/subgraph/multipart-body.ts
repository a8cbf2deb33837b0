import { Readable } from 'node:stream';
import { fileTooLarge, invalidInput } from '@tributary/core';
import type { Upload } from 'graphql-upload-minimal';
import { type FoundUpload, findUploads, withoutUploads } from './find-uploads.ts';

/**
 * A GraphQL multipart request as a stream of chunks, files strictly in turn as they come from the client. Throws
 * FILE_TOO_LARGE for a file over the limit, BAD_USER_INPUT for one that did not come or broke off.
 */
export async function* multipartBody(
  boundary: string,
  request: { query: string; variables?: Record<string, unknown> },
): AsyncGenerator<Uint8Array | string> {
  const uploads = findUploads(request.variables);
  const map = Object.fromEntries(uploads.map(({ path }, index) => [index, [path]]));
  const operations = { ...request, variables: withoutUploads(request.variables) };
  yield field(boundary, 'operations', operations);
  yield field(boundary, 'map', map);
  for (const [index, { upload }] of uploads.entries()) yield* filePart(boundary, index, upload);
  yield `--${boundary}--\r\n`;
}

const field = (boundary: string, name: string, value: unknown) =>
  `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`;

async function* filePart(boundary: string, index: number, upload: FoundUpload['upload']) {
  const file = await received(upload);
  const filename = file.filename.replaceAll(/["\r\n]/g, (character) => encodeURIComponent(character));
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(file.mimetype) ? file.mimetype : 'application/octet-stream';
  yield `--${boundary}\r\ncontent-disposition: form-data; name="${index}"; filename="${filename}"\r\ncontent-type: ${type}\r\n\r\n`;
  const stream: Readable & { truncated?: boolean } = file.createReadStream();
  try {
    // Left open on an early end: destroying it would stall the parser, and with it the client.
    for await (const chunk of Readable.prototype.iterator.call(stream, { destroyOnReturn: false })) yield chunk;
  } catch (cause) {
    throw invalidInput(`The file "${file.filename}" broke off`, { cause });
  }
  // A file over the limit ends like any other; only this mark tells.
  if (stream.truncated) throw fileTooLarge(`The file "${file.filename}" is larger than allowed`);
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
