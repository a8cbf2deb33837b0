import type { Readable } from 'node:stream';
import { invalidInput } from '@tributary/core';
import type { Request } from 'express';
import { OverLimit } from '../limits/over-limit.ts';
import { assertShallow } from '../limits/value-depth.ts';
import { readMap } from './check-map.ts';

/**
 * Listens in on the parser that a multipart request is piped to, and checks operations and map before graphql-upload-minimal
 * sees them: the parser fails with BAD_USER_INPUT when they are wrong. That library also ignores a file part that the map does not name, and
 * waits forever on one that is sent twice. The result resolves once the whole request was read; it rejects with BAD_USER_INPUT for such a file.
 */
export function watchParts(request: Request, maxFiles: number): Promise<void> {
  let operations: unknown;
  let map: ReadonlyMap<string, string> = new Map();
  const seen = new Set<string>();
  const pipe = request.pipe.bind(request);

  function checkField(name: string, value: string): void {
    if (name === 'operations') operations = readOperations(value);
    if (name === 'map' && operations !== undefined) map = readMap(value, operations, maxFiles);
  }

  const whole = new Promise<void>((resolve, reject) => {
    function onFile(part: string, content: Readable) {
      if (map.has(part) && !seen.has(part)) seen.add(part);
      else {
        content.resume();
        reject(invalidInput(`The file "${part}" belongs to no variable: the map does not name it, or it came twice`));
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
        reject(invalidInput(`The multipart request broke off: ${cause.message}`, { cause })),
      );
      parser.on('close', resolve);
      return pipe(parser, options);
    };
  });
  // Nobody waits for it when the request is refused before.
  whole.catch(() => undefined);
  return whole;
}

/** Undefined for text that is not JSON: graphql-upload-minimal refuses it. */
function readOperations(text: string): unknown {
  const operations = parseJson(text);
  if (Array.isArray(operations)) {
    throw new OverLimit('BAD_USER_INPUT', 'Several operations in one request are not accepted', 'BATCHING');
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
