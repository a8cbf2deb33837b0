import { BackpressureError } from '@tributary/worker';

/** From here on a file is large: some 100,000 rows, a second or more of loading. */
const LARGE_BYTES = 5_000_000;
const AT_ONCE = 2;
const IN_LINE = 2;
const WAIT_MS = 10_000;

/** Messages a loader holds: its large files, those in line, and room that is always left for small ones. */
export const PREFETCH = AT_ONCE + IN_LINE + 4;

/** Runs the work on a file of that size: a small one at once. */
export type InTurn = (file: { bytes: number }, signal: AbortSignal, work: () => Promise<void>) => Promise<void>;

/**
 * Loads two large files at a time, in the order they came, so that small ones find a place at once however many large ones wait. Two
 * more stand in line, for ten seconds; the others find no room: the queue brings them again, to this loader or another.
 */
export function createInTurn({ waitMs = WAIT_MS } = {}): InTurn {
  const line: (() => void)[] = [];
  let atWork = 0;

  function standInLine(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
      const isTurn = () => {
        limit.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        line.splice(line.indexOf(isTurn), 1);
        reject(tooMany());
      };
      line.push(isTurn);
      limit.addEventListener('abort', leave, { once: true });
      if (limit.aborted) leave();
    });
  }

  return async ({ bytes }, signal, work) => {
    if (bytes < LARGE_BYTES) return work();
    if (atWork < AT_ONCE) atWork++;
    else if (line.length < IN_LINE) await standInLine(signal);
    else throw tooMany();
    try {
      await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else atWork--;
    }
  };
}

function tooMany() {
  return new BackpressureError('Waiting for other large files');
}
