import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const POLL_MS = 250;
const CHUNK_BYTES = 65_536;

/**
 * Calls `onLine` for each complete line that is appended to the file. Processes write their log themselves, so that it
 * stays complete when the process that started them ends. Returns a function that stops after a last read.
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
    // A log rotation copied and truncated the file.
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
