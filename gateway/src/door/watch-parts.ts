import type { Readable } from 'node:stream';
import { invalidInput } from '@tributary/core';
import type { Request } from 'express';
import { z } from 'zod';

const mapField = z.record(z.string(), z.array(z.string()));

export interface Parts {
  /** The variables each file part stands for; empty before the map was read. */
  map(): ReadonlyMap<string, readonly string[]>;
  /** Resolves once the whole request was read; rejects with BAD_USER_INPUT for a file that belongs to no variable. */
  whole: Promise<void>;
}

/**
 * Listens in on the parser that a multipart request is piped to. graphql-upload-minimal passes over a file part that the
 * map does not name, and waits for ever on one that is sent twice; both are the client's fault and must be told.
 */
export function watchParts(request: Request): Parts {
  let map = new Map<string, string[]>();
  const seen = new Set<string>();
  const pipe = request.pipe.bind(request);

  const whole = new Promise<void>((resolve, reject) => {
    function onFile(part: string, content: Readable) {
      if (map.has(part) && !seen.has(part)) seen.add(part);
      else {
        content.resume();
        reject(invalidInput(`The file "${part}" belongs to no variable: the map does not name it, or it came twice`));
      }
    }
    request.pipe = (parser, options) => {
      parser.on('field', (name: string, value: string) => {
        if (name === 'map') map = readMap(value);
      });
      parser.on('file', onFile);
      parser.on('error', (cause) =>
        reject(invalidInput(`The multipart request broke off: ${cause.message}`, { cause })),
      );
      parser.on('close', resolve);
      return pipe(parser, options);
    };
  });
  // Whoever waits for it hears; nobody does when the request is refused before.
  whole.catch(() => undefined);
  return { map: () => map, whole };
}

function readMap(text: string): Map<string, string[]> {
  try {
    return new Map(Object.entries(mapField.parse(JSON.parse(text))));
  } catch {
    // graphql-upload-minimal says what is wrong with it.
    return new Map();
  }
}
