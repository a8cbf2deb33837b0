import type { Readable } from 'node:stream';
import { fileTooLarge, invalidInput, isAppError } from '@tributary/core';
import type { Request, RequestHandler } from 'express';
import { processRequest } from 'graphql-upload-minimal';
import { LimitExceededError } from '../../errors.ts';
import { csrfHeaders } from '../../graph/start-graph.ts';
import { findUploads, type IncomingUploads } from '../../graph/subgraph/uploads.ts';
import { assertShallow } from '../../graphql/value-depth.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { setRequestState } from './request-state.ts';
import { parseUploadMap } from './upload-map.ts';

const maxFieldBytes = 1_000_000;
const drainMs = 10_000;

/**
 * Reads `operations` and `map` of a multipart request and continues while its files still arrive. Files that are unread
 * when the response is sent are drained for ten seconds, then the connection is cut.
 */
export function acceptUploads(
  limits: { maxBytes: number; maxFiles: number },
  { subgraphs }: Pick<GatewayMetrics, 'subgraphs'>,
): RequestHandler {
  return async (request, response, next) => {
    if (!request.is('multipart/form-data')) return next();
    response.once('finish', () => drain(request));
    if (!csrfHeaders.some((name) => request.get(name))) {
      const message = `A multipart request must carry one of the headers ${csrfHeaders.join(', ')}`;
      throw new LimitExceededError('BAD_USER_INPUT', message, 'CSRF');
    }
    const announced = Number(request.get('content-length') ?? 0);
    if (announced > limits.maxFiles * limits.maxBytes + 2 * maxFieldBytes) {
      throw fileTooLarge(`The request is larger than the ${limits.maxBytes} bytes a file may have`);
    }
    const whole = observeMultipart(request, limits.maxFiles);
    // The parser marks a file as truncated when it reaches the limit, not when it exceeds it.
    const options = { maxFileSize: limits.maxBytes + 1, maxFieldSize: maxFieldBytes };
    const operations = await processRequest(request, response, options).catch(refuse);
    const last = findUploads(Object(operations).variables).at(-1)?.upload;
    if (!last) throw invalidInput('The map must name a variable for a file', { reason: 'MULTIPART_MALFORMED' });
    const files: IncomingUploads = {
      maxBytes: limits.maxBytes,
      onBytes: subgraphs.uploaded,
      whenComplete: async (upload) => (upload === last ? whole : undefined),
    };
    setRequestState(response, { files });
    request.body = operations;
    next();
  };
}

function refuse(cause: unknown): never {
  if (isAppError(cause)) throw cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw invalidInput(`The multipart request is malformed: ${reason}`, { reason: 'MULTIPART_MALFORMED', cause });
}

function drain(request: Request) {
  if (request.complete) return;
  request.unpipe();
  request.resume();
  const cut = setTimeout(() => request.destroy(), drainMs).unref();
  request.once('close', () => clearTimeout(cut));
}

/**
 * Observes the parser of a multipart request and checks operations and map before graphql-upload-minimal sees them: the
 * parser fails with BAD_USER_INPUT if they are wrong. That library also ignores a file part that the map does not name,
 * and waits forever for one that is sent twice. The result resolves once the whole request was read; it rejects with
 * BAD_USER_INPUT for such a file.
 */
function observeMultipart(request: Request, maxFiles: number): Promise<void> {
  let operations: unknown;
  let map: ReadonlyMap<string, string> = new Map();
  const seen = new Set<string>();
  const pipe = request.pipe.bind(request);

  function checkField(name: string, value: string): void {
    if (name === 'operations') operations = readOperations(value);
    if (name === 'map' && operations !== undefined) map = parseUploadMap(value, operations, maxFiles);
  }

  const whole = new Promise<void>((resolve, reject) => {
    function onFile(part: string, content: Readable) {
      if (map.has(part) && !seen.has(part)) seen.add(part);
      else {
        content.resume();
        reject(
          invalidInput(`The file "${part}" belongs to no variable: the map does not name it, or it came twice`, {
            reason: 'MULTIPART_MALFORMED',
          }),
        );
      }
    }
    request.pipe = (parser, options) => {
      const readers = parser.listeners('field');
      parser.removeAllListeners('field');
      parser.on('field', (name: string, value: string, info: { valueTruncated: boolean }) => {
        try {
          if (!info.valueTruncated) checkField(name, value);
        } catch (error) {
          parser.emit('error', error);
          return;
        }
        for (const read of readers) read.call(parser, name, value, info);
      });
      parser.on('file', onFile);
      parser.on('error', (cause) =>
        reject(
          invalidInput(`The multipart request broke off: ${cause.message}`, { reason: 'MULTIPART_MALFORMED', cause }),
        ),
      );
      parser.on('close', resolve);
      return pipe(parser, options);
    };
  });
  // Nobody awaits it if the request was rejected before.
  whole.catch(() => undefined);
  return whole;
}

/** Undefined for invalid JSON: graphql-upload-minimal refuses it. */
function readOperations(text: string): unknown {
  const operations = parseJson(text);
  if (Array.isArray(operations)) {
    throw new LimitExceededError('BAD_USER_INPUT', 'Several operations in one request are not accepted', 'BATCHING');
  }
  assertShallow('operations', operations);
  return operations;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
