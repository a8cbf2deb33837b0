import { isUtf8 } from 'node:buffer';
import { InvalidFileError } from '../faults.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const notText = 'The file is not a text file: it contains binary data. Upload a CSV file.';
const binarySignatures = ['89504e47', '504b0304', '25504446', 'd0cf11e0', '1f8b', 'ffd8ff', '47494638'];

/**
 * Detects the encoding from the byte order mark or, without one, from the positions of the zero bytes of ASCII
 * characters.
 */
export function detectEncoding(sample: Uint8Array): Encoding {
  const start = Buffer.from(sample.buffer, sample.byteOffset, Math.min(sample.byteLength, 4096));
  const hex = start.toString('hex', 0, 4);
  if (binarySignatures.some((signature) => hex.startsWith(signature))) throw new InvalidFileError(notText);
  if (hex.startsWith('fffe')) return 'utf-16le';
  if (hex.startsWith('feff')) return 'utf-16be';
  let evenZeros = 0;
  let oddZeros = 0;
  for (let index = 0; index < start.length; index++) {
    if (start[index] !== 0) continue;
    if (index % 2 === 0) evenZeros++;
    else oddZeros++;
  }
  if (evenZeros === 0 && oddZeros === 0) return 'utf-8';
  const minZeros = start.length / 10;
  if (evenZeros === 0 && oddZeros > minZeros) return 'utf-16le';
  if (oddZeros === 0 && evenZeros > minZeros) return 'utf-16be';
  throw new InvalidFileError(notText);
}

/**
 * Passes a file on as UTF-8 without byte order mark, in pieces of at most 64 KiB cut anywhere. Throws FileFault for what is no
 * text in that encoding. UTF-8, by far the most common, is only checked, never converted.
 */
export async function* decodeText(source: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decode = encoding === 'utf-8' ? checkUtf8() : convertUtf16(encoding);
  let isFirst = true;
  for await (const piece of splitPieces(source)) {
    const text = decode(piece, false);
    if (text.includes(0)) throw new InvalidFileError(notText);
    if (text.length === 0) continue;
    const hasMark = isFirst && text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
    isFirst = false;
    yield hasMark ? text.subarray(3) : text;
  }
  const last = decode(Buffer.alloc(0), true);
  if (last.length > 0) yield last;
}

const PIECE_BYTES = 64 * 1024;

async function* splitPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of source) {
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      yield Buffer.from(buffer, byteOffset + at, Math.min(PIECE_BYTES, byteLength - at));
    }
  }
}

type Decode = (piece: Buffer, isLast: boolean) => Buffer;

function checkUtf8(): Decode {
  let carried: Buffer = Buffer.alloc(0);
  let line = 1;
  return (piece, isLast) => {
    const bytes = carried.length === 0 ? piece : Buffer.concat([carried, piece]);
    // A byte order mark must not be cut: the first three bytes are looked at together.
    const cut = isLast ? bytes.length : bytes.length < 3 ? 0 : completeLength(bytes);
    const text = bytes.subarray(0, cut);
    if (!isUtf8(text)) throw new InvalidFileError(describeInvalidUtf8(text, line));
    line += countNewlines(text);
    carried = bytes.subarray(cut);
    return text;
  };
}

/** The length without a character whose last bytes are still to come. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function describeInvalidUtf8(text: Buffer, line: number): string {
  let good = 0;
  for (let end = text.indexOf(10); end >= 0 && isUtf8(text.subarray(0, end + 1)); end = text.indexOf(10, good))
    good = end + 1;
  const where = line + countNewlines(text.subarray(0, good));
  return `Line ${where} is not valid UTF-8. Save the file as CSV in UTF-8 (or UTF-16) and upload it again.`;
}

function countNewlines(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) count++;
  return count;
}

function convertUtf16(encoding: Encoding): Decode {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (piece, isLast) => {
    try {
      return Buffer.from(decoder.decode(piece, { stream: !isLast }));
    } catch {
      throw new InvalidFileError(
        `The file starts as ${encoding.toUpperCase()} but is not valid ${encoding.toUpperCase()}.`,
      );
    }
  };
}
