/** How a field is written. MALFORMED: text follows its closing quote. */
export const PLAIN = 0;
export const QUOTED = 1;
export const ESCAPED = 2;
export const MALFORMED = 3;

/** Fields beyond this many are counted but not kept; no kind of file has nearly as many columns. */
export const KEPT_FIELDS = 32;

/**
 * One record, as positions in the bytes it was found in. The tokeniser reuses one object for all records, so it is
 * valid only during the call it is passed to: a million rows cost no allocation but the texts taken from them.
 */
export interface CsvRecord {
  /** UTF-8. */
  bytes: Buffer;
  /** The physical line the record starts on, from 1. */
  line: number;
  /** The record's bytes without its line end. */
  from: number;
  to: number;
  /** Number of fields. */
  width: number;
  /** Each field's content, without quotes and, where it is not quoted, without spaces around it. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly styles: Uint8Array;
}

export function createCsvRecord(): CsvRecord {
  return {
    bytes: Buffer.alloc(0),
    line: 1,
    from: 0,
    to: 0,
    width: 0,
    starts: new Int32Array(KEPT_FIELDS),
    ends: new Int32Array(KEPT_FIELDS),
    styles: new Uint8Array(KEPT_FIELDS),
  };
}

/** A field's text; doubled quotes are one. A field the record does not have is empty. */
export function fieldText(record: CsvRecord, index: number): string {
  if (index >= record.width) return '';
  const text = record.bytes.toString('utf8', record.starts[index] ?? 0, record.ends[index] ?? 0);
  return record.styles[index] === ESCAPED ? text.replaceAll('""', '"') : text;
}

/** The record as it stands in the file. */
export function rawText(record: CsvRecord): string {
  return record.bytes.toString('utf8', record.from, record.to);
}

/** Whether some field is not written as quoting allows. */
export function isMalformed(record: CsvRecord): boolean {
  for (let index = 0; index < Math.min(record.width, KEPT_FIELDS); index++) {
    if (record.styles[index] === MALFORMED) return true;
  }
  return false;
}
