import { constants, fstatSync, openSync, writeSync } from 'node:fs';

const MAX_PENDING_BYTES = 1 << 20;
const RETRY_MS = 100;
const EXIT_WAIT_MS = 200;

let droppedLines = 0;

/** How many lines of the log this process has dropped, because there was no room for them. */
export const countDroppedLogLines = () => droppedLines;

/**
 * Writes log lines to a file descriptor and never blocks or throws. While the disk is full, or the reader of a pipe too slow, up
 * to 1 MiB waits in memory; further lines are dropped and counted, and a line says how many once writing works again.
 */
export function openLogDestination(fd: number) {
  const target = withoutBlocking(fd);
  const pending: Buffer[] = [];
  let pendingBytes = 0;
  let timer: NodeJS.Timeout | null = null;
  let unreported = 0;

  /** Writes until nothing is pending; false where the rest has to wait. */
  function flush(): boolean {
    try {
      for (let [first] = pending; first !== undefined; [first] = pending) {
        const written = writeSync(target, first);
        pendingBytes -= written;
        if (written < first.length) pending[0] = first.subarray(written);
        else pending.shift();
      }
      return true;
    } catch {
      return false;
    }
  }

  function add(line: string) {
    const bytes = Buffer.from(line);
    pending.push(bytes);
    pendingBytes += bytes.length;
  }

  function flushLater() {
    timer ??= setTimeout(() => {
      timer = null;
      if (!flush()) return flushLater();
      if (unreported === 0) return;
      add(`${JSON.stringify({ level: 40, time: Date.now(), dropped: unreported, msg: 'log lines dropped' })}\n`);
      unreported = 0;
      if (!flush()) flushLater();
    }, RETRY_MS);
    timer.unref();
  }

  process.once('exit', () => {
    for (const since = performance.now(); !flush() && performance.now() - since < EXIT_WAIT_MS; ) pause(10);
  });

  return {
    write(line: string): void {
      if (pendingBytes > MAX_PENDING_BYTES) {
        droppedLines += 1;
        unreported += 1;
        return;
      }
      add(line);
      // While one attempt waits for its time, the lines behind it wait too.
      if (timer === null && !flush()) flushLater();
    },
  };
}

/** A pipe is opened once more, so that a full one refuses at once; its other users keep their blocking one. */
function withoutBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}

const pause = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
