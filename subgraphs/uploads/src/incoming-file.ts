import { Readable } from 'node:stream';
import { fileTooLarge, invalidArgument, invalidInput } from '@tributary/core';
import type { RegisteredKind } from '@tributary/kinds';
import { z } from 'zod';

/** A file on its way in. */
export interface IncomingFile {
  readonly filename: string;
  /** As the client gives it, often application/octet-stream. */
  readonly mediaType: string;
  /** Can be read once. Throws FILE_TOO_LARGE past the limit, BAD_USER_INPUT when the client is gone before the end. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** What graphql-upload-minimal makes of a file part; one sent without a name has none. */
const filePart = z.object({
  filename: z.string().default(''),
  mimetype: z.string().default(''),
  createReadStream: z.custom<() => Readable>((value) => typeof value === 'function'),
});

interface Limits {
  readonly kind: Pick<RegisteredKind, 'title' | 'maxBytes'>;
  /** For files of every kind. */
  readonly maxUploadBytes: number;
}

/** The file an `Upload!` argument carries; BAD_USER_INPUT when the request brought none. */
export async function receiveFile(argument: unknown, limits: Limits): Promise<IncomingFile> {
  const part = await Promise.resolve(argument).catch((cause: unknown) => {
    throw invalidArgument(['file'], 'FILE_MISSING', 'The request contains no file.', { cause });
  });
  const { filename, mimetype: mediaType, createReadStream } = filePart.parse(part);
  return { filename, mediaType, content: limitBytes(createReadStream, limits) };
}

async function* limitBytes(createReadStream: () => Readable, limits: Limits): AsyncGenerator<Uint8Array> {
  const { kind, maxUploadBytes } = limits;
  const maxBytes = Math.min(kind.maxBytes, maxUploadBytes);
  const whose = kind.maxBytes < maxUploadBytes ? `, the maximum for ${kind.title}` : '';
  let bytes = 0;
  for await (const chunk of readOrDrain(createReadStream)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw fileTooLarge(`The file is larger than ${maxBytes} bytes${whose}.`);
    yield chunk;
  }
}

/** Whatever the reader leaves is drained: a parser that is not read from would hold back the answer to its client. */
async function* readOrDrain(createReadStream: () => Readable): AsyncGenerator<Uint8Array> {
  let stream: Readable | undefined;
  try {
    stream = createReadStream();
    yield* Readable.prototype.iterator.call(stream, { destroyOnReturn: false });
  } catch (cause) {
    throw invalidInput('The connection broke before the end of the file.', { reason: 'FILE_INTERRUPTED', cause });
  } finally {
    stream?.resume();
  }
}
