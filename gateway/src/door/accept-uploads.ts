import { fileTooLarge, invalidInput, isAppError } from '@tributary/core';
import type { Request, RequestHandler, Response } from 'express';
import { processRequest } from 'graphql-upload-minimal';
import { csrfHeaders } from '../graph/start-graph.ts';
import { findUploads } from '../subgraph/find-uploads.ts';

const maxFieldBytes = 1_000_000;
const drainMs = 10_000;

/**
 * Reads the `operations` and `map` of a multipart request and lets the request go on while its files still arrive.
 * Whatever is left of them when the answer is sent is drained for ten seconds, then the connection is cut.
 */
export function acceptUploads(limits: { maxBytes: number; maxFiles: number }): RequestHandler {
  return async (request, response, next) => {
    if (!request.is('multipart/form-data')) return next();
    response.once('finish', () => drain(request));
    if (!csrfHeaders.some((name) => request.get(name))) {
      throw invalidInput(`A multipart request must carry one of the headers ${csrfHeaders.join(', ')}`);
    }
    const announced = Number(request.get('content-length') ?? 0);
    if (announced > limits.maxFiles * limits.maxBytes + 2 * maxFieldBytes) {
      throw fileTooLarge(`The request is larger than the ${limits.maxBytes} bytes a file may have`);
    }
    request.body = await readOperations(request, response, limits);
    next();
  };
}

async function readOperations(request: Request, response: Response, limits: { maxBytes: number; maxFiles: number }) {
  const options = { maxFileSize: limits.maxBytes, maxFiles: limits.maxFiles, maxFieldSize: maxFieldBytes };
  try {
    const operations = await processRequest(request, response, options);
    if (Array.isArray(operations)) throw invalidInput('Several operations in one request are not accepted');
    const uploads = findUploads(operations.variables).map(({ upload }) => upload);
    if (uploads.length === 0)
      throw invalidInput('A multipart request must map a file to a variable; this one has no file');
    if (new Set(uploads).size < uploads.length) throw invalidInput('One file is mapped to more than one variable');
    return operations;
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidInput(`The multipart request is malformed: ${reason}`, { cause });
  }
}

function drain(request: Request) {
  if (request.complete) return;
  request.unpipe();
  request.resume();
  const cut = setTimeout(() => request.destroy(), drainMs);
  request.once('close', () => clearTimeout(cut));
}
