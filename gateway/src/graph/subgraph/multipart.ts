import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileTooLarge, invalidInput } from '@tributary/core';
import { Upload } from 'graphql-upload-minimal';
import type { Subgraph } from './client.ts';
import { connectWithRetry } from './json.ts';
import { openSubgraphRequest } from './request.ts';
import { findUploads, type IncomingUploads } from './uploads.ts';

/** A proxy may not know `100 Continue`: the file is then sent without. */
const expectContinueTimeoutMs = 2_000;

/**
 * Streams a GraphQL request with files to a subgraph in constant memory. A response before the end stops the sending. A
 * file that breaks off or is too large aborts the request, so that the subgraph sees an aborted body and never a short
 * file.
 */
export async function sendMultipart(
  subgraph: Subgraph,
  body: { query: string; variables?: Record<string, unknown> },
  options: { headers: Record<string, string>; signal: AbortSignal; files: IncomingUploads },
): Promise<IncomingMessage> {
  const boundary = `tributary-${randomUUID()}`;
  const headers = {
    ...options.headers,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'apollo-require-preflight': 'true',
    // With `connection: close`, a subgraph that responds early would break the connection before the response has
    // arrived.
    connection: 'keep-alive',
    expect: '100-continue',
  };
  const { signal } = options;
  const idleMs = subgraph.mutationTimeoutMs;
  const open = () =>
    openSubgraphRequest(subgraph, { method: 'POST', headers, signal, agent: subgraph.freshAgent, idleMs });
  const { request, response } = await subgraph.connectSlots.run(async () => {
    const exchange = await connectWithRetry(open, signal);
    await Promise.race([
      exchange.continued,
      exchange.response.catch(() => undefined),
      pause(expectContinueTimeoutMs, undefined, { ref: false }),
    ]);
    return exchange;
  });
  // Report the client's error, not the connection error it causes.
  const fault = new Promise<never>((_resolve, reject) => {
    async function* chunks() {
      try {
        yield* createMultipartBody(boundary, body, options.files);
      } catch (error) {
        reject(error);
        throw error;
      }
    }
    pipeline(chunks, request).catch(() => undefined);
  });
  const head = await Promise.race([response, fault]);
  head.once('end', () => {
    if (!request.writableFinished) request.destroy();
  });
  return head;
}

/**
 * A GraphQL multipart request as a stream of chunks, files in sequence as they come from the client. Throws
 * FILE_TOO_LARGE for a file above the limit, BAD_USER_INPUT for one that is missing or broke off.
 */
export async function* createMultipartBody(
  boundary: string,
  request: { query: string; variables?: Record<string, unknown> },
  files: IncomingUploads,
): AsyncGenerator<Uint8Array | string> {
  const uploads = findUploads(request.variables);
  const map = Object.fromEntries(uploads.map(({ path }, index) => [index, [path]]));
  yield field(boundary, 'operations', withoutUploads(request));
  yield field(boundary, 'map', JSON.stringify(map));
  for (const [index, { upload }] of uploads.entries()) {
    yield* filePart(boundary, index, upload, files);
    await files.whenComplete(upload);
  }
  yield `--${boundary}--\r\n`;
}

const field = (boundary: string, name: string, json: string) =>
  `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${json}\r\n`;

/** JSON with null in place of each file, as the multipart request specification requires. */
function withoutUploads(request: object): string {
  return JSON.stringify(request, (_key, child: unknown) => (child instanceof Upload ? null : child));
}

async function* filePart(boundary: string, index: number, upload: Upload, { maxBytes, onBytes }: IncomingUploads) {
  const file = await received(upload);
  // FormData with a Blob whose name is empty: the parser then gives none, whatever its types say.
  if (!file.filename) throw invalidInput(`The file part "${file.fieldName}" has no file name`);
  const filename = file.filename.replaceAll(/["\r\n]/g, (character) => encodeURIComponent(character));
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(file.mimetype) ? file.mimetype : 'application/octet-stream';
  yield `--${boundary}\r\ncontent-disposition: form-data; name="${index}"; filename="${filename}"\r\ncontent-type: ${type}\r\n\r\n`;
  let stream: Readable & { truncated?: boolean };
  try {
    // Throws if the request ended early after this part was read completely.
    stream = file.createReadStream();
    // Left open on an early end: destroying it would stall the parser, and with it the client.
    for await (const chunk of Readable.prototype.iterator.call(stream, { destroyOnReturn: false })) {
      onBytes(chunk.length);
      yield chunk;
    }
  } catch (cause) {
    throw invalidInput(`The file "${file.filename}" broke off`, { reason: 'FILE_INTERRUPTED', cause });
  }
  // A file above the limit ends like any other; only this flag shows it.
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
