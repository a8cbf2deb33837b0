import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const POLL_MS = 250;
const CHUNK_BYTES = 65_536;

/**
 * Hands each complete line appended to the file from now on to `onLine`. Processes write to their log themselves, so
 * that it is complete even when whoever started them is gone; this only watches. Returns a function that stops, after
 * a last look.
 *
 * @param {string} file
 * @param {(line: string) => void} onLine
 * @returns {() => void}
 */
export function followLog(file, onLine) {
  const descriptor = openSync(file, 'a+');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let position = fstatSync(descriptor).size;
  let rest = '';

  function look() {
    // Emptied by a log rotation that copies and truncates.
    if (fstatSync(descriptor).size < position) [position, rest] = [0, ''];
    for (;;) {
      const count = readSync(descriptor, buffer, 0, CHUNK_BYTES, position);
      if (count === 0) return;
      position += count;
      const lines = (rest + decoder.write(buffer.subarray(0, count))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    }
  }

  const timer = setInterval(look, POLL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    look();
    closeSync(descriptor);
  };
}
