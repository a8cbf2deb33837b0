import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const BLOCK_CHARACTERS = 65_536;

/**
 * Writes rows to a file, one per line, in constant memory; `onBlock` gets the number of rows written, once per block.
 *
 * @param {string} path
 * @param {Iterable<string>} rows
 * @param {(count: number) => void} [onBlock]
 * @returns {Promise<{ rows: number, bytes: number }>}
 */
export async function writeRows(path, rows, onBlock = () => {}) {
  let count = 0;
  function* blocks() {
    let block = '';
    for (const row of rows) {
      count++;
      block += `${row}\r\n`;
      if (block.length < BLOCK_CHARACTERS) continue;
      yield block;
      block = '';
      onBlock(count);
    }
    yield block;
  }
  const stream = createWriteStream(path);
  await pipeline(Readable.from(blocks()), stream);
  return { rows: count, bytes: stream.bytesWritten };
}
