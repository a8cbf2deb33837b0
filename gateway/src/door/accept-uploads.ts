import { fileTooLarge, invalidInput, isAppError } from '@tributary/core';
import type { Request, RequestHandler } from 'express';
import { processRequest } from 'graphql-upload-minimal';
import { csrfHeaders } from '../graph/csrf-headers.ts';
import { OverLimit } from '../limits/over-limit.ts';
import type { Measures } from '../metrics/create-measures.ts';
import type { ArrivingFiles } from '../subgraph/arriving-files.ts';
import { findUploads } from '../subgraph/find-uploads.ts';
import { watchParts } from './watch-parts.ts';

const maxFieldBytes = 1_000_000;
const drainMs = 10_000;

/**
 * Reads the `operations` and `map` of a multipart request and lets the request go on while its files still arrive.
 * Whatever is left of them when the answer is sent is drained for ten seconds, then the connection is cut.
 */
export function acceptUploads(
  limits: { maxBytes: number; maxFiles: number },
  { subgraphs }: Pick<Measures, 'subgraphs'>,
): RequestHandler {
  return async (request, response, next) => {
    if (!request.is('multipart/form-data')) return next();
    response.once('finish', () => drain(request));
    if (!csrfHeaders.some((name) => request.get(name))) {
      const message = `A multipart request must carry one of the headers ${csrfHeaders.join(', ')}`;
      throw new OverLimit('BAD_USER_INPUT', message, 'CSRF');
    }
    const announced = Number(request.get('content-length') ?? 0);
    if (announced > limits.maxFiles * limits.maxBytes + 2 * maxFieldBytes) {
      throw fileTooLarge(`The request is larger than the ${limits.maxBytes} bytes a file may have`);
    }
    const whole = watchParts(request, limits.maxFiles);
    // A file counts as cut off once it reaches the parser's limit, not when it goes over.
    const options = { maxFileSize: limits.maxBytes + 1, maxFieldSize: maxFieldBytes };
    const operations = await processRequest(request, response, options).catch(refuse);
    const last = findUploads(Object(operations).variables).at(-1)?.upload;
    if (!last) throw invalidInput('The map must name a variable for a file');
    const files: ArrivingFiles = {
      maxBytes: limits.maxBytes,
      taken: subgraphs.uploaded,
      settled: async (upload) => (upload === last ? whole : undefined),
    };
    response.locals.files = files;
    request.body = operations;
    next();
  };
}

function refuse(cause: unknown): never {
  if (isAppError(cause)) throw cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw invalidInput(`The multipart request is malformed: ${reason}`, { cause });
}

function drain(request: Request) {
  if (request.complete) return;
  request.unpipe();
  request.resume();
  const cut = setTimeout(() => request.destroy(), drainMs).unref();
  request.once('close', () => clearTimeout(cut));
}
