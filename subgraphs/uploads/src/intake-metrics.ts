import { isAppError } from '@tributary/core';
import { Counter, codeLabel, type Registry } from '@tributary/metrics';
import type { IncomingFile } from './incoming-file.ts';

/** Runs the intake of a file and counts how it ends; `counted` gives the same file, whose bytes are counted as they are read. */
export type MeasureIntake = <T>(take: (counted: (file: IncomingFile) => IncomingFile) => Promise<T>) => Promise<T>;

/** Adds the files that come in. */
export function measureIntakes(registry: Registry): MeasureIntake {
  const registers = [registry];
  const bytes = new Counter({
    name: 'tributary_uploads_bytes_total',
    help: 'Bytes of files that came in, also of those that were not accepted in the end.',
    registers,
  });
  const intakes = new Counter({
    name: 'tributary_uploads_intakes_total',
    help: 'Files that were taken in, as accepted or by the code of the error.',
    labelNames: ['outcome'],
    registers,
  });

  async function* count(content: IncomingFile['content']) {
    for await (const chunk of content) {
      bytes.inc(chunk.byteLength);
      yield chunk;
    }
  }

  return async (take) => {
    try {
      const result = await take((file) => ({ ...file, content: count(file.content) }));
      intakes.inc({ outcome: 'accepted' });
      return result;
    } catch (error) {
      intakes.inc({ outcome: codeLabel(isAppError(error) ? error.code : 'INTERNAL_SERVER_ERROR') });
      throw error;
    }
  };
}
