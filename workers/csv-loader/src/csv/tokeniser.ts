import { InvalidFileError } from '../faults.ts';
import { type CsvRecord, createCsvRecord, ESCAPED, KEPT_FIELDS, MALFORMED, PLAIN, QUOTED } from './csv-record.ts';

export type Delimiter = ',' | ';' | '\t' | '|';

export interface Tokeniser {
  /** Takes the next bytes of UTF-8 text, cut anywhere, and hands on every record they complete. */
  push(bytes: Uint8Array): void;
  /** Hands on the last record where the file has no last newline. */
  end(): void;
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const MAX_RECORD_BYTES = 1024 * 1024;

/**
 * Splits CSV text (RFC 4180, more lenient) into records. Lines end with CRLF, LF or a lone CR; lines with nothing but spaces are
 * skipped. A quote opens a quoted field only at a field's start, spaces before it allowed; elsewhere it is text. Throws
 * FileFault for a quote never closed, for one closed on a later line with text behind it, and for a record over 1 MiB.
 */
export function createTokeniser(delimiter: Delimiter, onRecord: (record: CsvRecord) => void): Tokeniser {
  const separator = delimiter.charCodeAt(0);
  const record = createCsvRecord();
  const { starts, ends, styles } = record;
  let rest: Buffer = Buffer.alloc(0);
  let bytes: Buffer = rest;
  let final = false;
  let line = 1;
  let lineAfter = 1;
  let quoteLine = 0;

  /** Where the record's line end begins, or -1 when the bytes end before it does. */
  function scanRecord(from: number): number {
    const length = bytes.length;
    let at = from;
    record.width = 0;
    lineAfter = line;
    for (;;) {
      let start = at;
      while (start < length && bytes[start] === SPACE) start++;
      if (start < length && bytes[start] === QUOTE) {
        at = scanQuoted(start + 1);
        if (at < 0) return -1;
      } else {
        at = start;
        while (at < length) {
          const byte = bytes[at];
          if (byte === separator || byte === LF || byte === CR) break;
          at++;
        }
        if (at === length && !final) return -1;
        keepField(start, trimEnd(start, at), PLAIN);
      }
      if (at >= length || bytes[at] !== separator) return at;
      at++;
    }
  }

  /** `from` is behind the opening quote; returns where the field's delimiter or line end is, or -1. */
  function scanQuoted(from: number): number {
    const length = bytes.length;
    const opened = lineAfter;
    let style = QUOTED;
    let at = from;
    for (;;) {
      const byte = bytes[at];
      if (at >= length) return unclosed(opened);
      if (byte === QUOTE) {
        if (at + 1 >= length && !final) return unclosed(opened);
        if (bytes[at + 1] !== QUOTE) break;
        style = ESCAPED;
        at++;
      } else if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) {
        if (at + 1 >= length && !final) return unclosed(opened);
        lineAfter++;
      }
      at++;
    }
    const end = at++;
    while (at < length && bytes[at] === SPACE) at++;
    const behind = at;
    while (at < length && bytes[at] !== separator && bytes[at] !== LF && bytes[at] !== CR) at++;
    if (at === length && !final) return -1;
    if (at > behind && lineAfter > opened) {
      throw new InvalidFileError(
        `A quote opened in line ${opened} is closed in line ${lineAfter} with text behind it: the quotes are unbalanced. A quote inside a quoted field must be doubled ("").`,
      );
    }
    if (at > behind) keepField(from - 1, trimEnd(from, at), MALFORMED);
    else keepField(from, end, style);
    return at;
  }

  function unclosed(opened: number): number {
    quoteLine = opened;
    if (!final) return -1;
    throw new InvalidFileError(`The quote opened in line ${opened} is never closed: the quotes are unbalanced.`);
  }

  function keepField(start: number, end: number, style: number): void {
    const index = record.width++;
    if (index >= KEPT_FIELDS) return;
    starts[index] = start;
    ends[index] = end;
    styles[index] = style;
  }

  function trimEnd(start: number, end: number): number {
    let trimmed = end;
    while (trimmed > start && bytes[trimmed - 1] === SPACE) trimmed--;
    return trimmed;
  }

  /** How many bytes the line end at `at` has: -1 when a CR is the last byte and an LF may still follow. */
  function lineEndBytes(at: number): number {
    if (at >= bytes.length) return 0;
    if (bytes[at] === LF) return 1;
    if (at + 1 >= bytes.length && !final) return -1;
    return bytes[at + 1] === LF ? 2 : 1;
  }

  function assertRecordLength(length: number): void {
    if (length <= MAX_RECORD_BYTES) return;
    const cause = quoteLine >= line ? ` The quote opened in line ${quoteLine} may not be closed.` : '';
    throw new InvalidFileError(`The row that starts in line ${line} is longer than 1 MiB.${cause}`);
  }

  function scanAll(): void {
    let from = 0;
    while (from < bytes.length) {
      quoteLine = 0;
      const to = scanRecord(from);
      const lineEnd = to < 0 ? -1 : lineEndBytes(to);
      assertRecordLength((to < 0 ? bytes.length : to) - from);
      if (lineEnd < 0) break;
      const isBlank = record.width === 1 && styles[0] === PLAIN && starts[0] === ends[0];
      if (!isBlank) {
        record.bytes = bytes;
        record.line = line;
        record.from = from;
        record.to = to;
        onRecord(record);
      }
      from = to + lineEnd;
      line = lineEnd === 0 ? lineAfter : lineAfter + 1;
    }
    rest = bytes.subarray(from);
  }

  return {
    push(next) {
      bytes =
        rest.length === 0 ? Buffer.from(next.buffer, next.byteOffset, next.byteLength) : Buffer.concat([rest, next]);
      scanAll();
    },
    end() {
      final = true;
      bytes = rest;
      scanAll();
    },
  };
}
