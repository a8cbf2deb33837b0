import { z } from 'zod';
import { InvalidFileError } from '../faults.ts';
import { type Kind, kinds } from '../rows/kinds.ts';
import { type CsvRecord, fieldText, KEPT_FIELDS, rawText } from './csv-record.ts';
import { decodeText, detectEncoding, type Encoding } from './decode-text.ts';
import { createTokeniser, type Delimiter } from './tokeniser.ts';

/** What the first pass found out about a file; kept with the load, so a restart need not look again. */
export const dialect = z.object({
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']),
  delimiter: z.enum([',', ';', '\t', '|']),
  /** The header line's text, null where the first line is a row. */
  header: z.string().nullable(),
  totalRows: z.int().min(0),
});

export type Dialect = z.infer<typeof dialect>;

const delimiters: readonly Delimiter[] = [',', ';', '\t', '|'];
const SAMPLE_BYTES = 64 * 1024;

export type OpenFile = () => Promise<AsyncIterable<Uint8Array>>;

/**
 * The first pass: reads the whole file, tokenising only. Throws FileFault when it can not be loaded at all: empty, no text,
 * unbalanced quotes, a row over 1 MiB, wrong header, no row of the kind's width. `open` is called for each reading.
 */
export async function detectDialect(open: OpenFile, kind: Kind, check: () => void = () => {}): Promise<Dialect> {
  const start = await readStart(await open());
  if (start.length === 0) throw new InvalidFileError('The file is empty.');
  const encoding = detectEncoding(start);
  const width = kinds[kind].columns.length;
  const sample = await decodeStart(start, encoding);
  const ranked = delimiters
    .map((delimiter) => ({ delimiter, hits: countRightWidth(sample, delimiter, width) }))
    .sort((a, b) => b.hits - a.hits);
  const [best] = ranked;
  const candidates = best && best.hits > 0 ? [best] : ranked;
  let records = 0;
  for (const { delimiter } of candidates) {
    const survey = await surveyFile(decodeText(await open(), encoding), delimiter, kind, check);
    records = Math.max(records, survey.records);
    if (survey.rightWidth > 0) {
      return { encoding, delimiter, header: survey.header, totalRows: survey.records };
    }
  }
  if (records === 0) throw new InvalidFileError('The file has no rows.');
  throw new InvalidFileError(`No row has the ${width} columns expected: ${kinds[kind].columns.join(', ')}.`);
}

async function surveyFile(text: AsyncIterable<Buffer>, delimiter: Delimiter, kind: Kind, check: () => void) {
  const { columns } = kinds[kind];
  const survey: { header: string | null; records: number; rightWidth: number } = {
    header: null,
    records: 0,
    rightWidth: 0,
  };
  let isFirst = true;
  const tokeniser = createTokeniser(delimiter, (record) => {
    if (isFirst) {
      isFirst = false;
      survey.header = readHeader(record, columns);
      if (survey.header !== null) return;
    }
    survey.records++;
    if (record.width === columns.length) survey.rightWidth++;
  });
  for await (const bytes of text) {
    check();
    tokeniser.push(bytes);
  }
  tokeniser.end();
  return survey;
}

const knownNames: ReadonlySet<string> = new Set(Object.values(kinds).flatMap(({ columns }) => columns));

/** The record's text if it is a header: its first cell is no integer and one of its cells is a column's name. */
function readHeader(record: CsvRecord, columns: readonly string[]): string | null {
  const cells = Array.from({ length: Math.min(record.width, KEPT_FIELDS) }, (_, index) =>
    fieldText(record, index).trim(),
  );
  const names = cells.map((cell) => cell.toLowerCase());
  if (/^-?\d+$/.test(names[0] ?? '') || !names.some((name) => knownNames.has(name))) return null;
  if (record.width === columns.length && columns.every((column, index) => names[index] === column))
    return rawText(record);
  throw new InvalidFileError(
    `The header has the wrong columns: expected ${columns.join(', ')}, found ${cells.join(', ').slice(0, 200)}.`,
  );
}

function countRightWidth(sample: readonly Buffer[], delimiter: Delimiter, width: number): number {
  let hits = 0;
  const tokeniser = createTokeniser(delimiter, (record) => {
    if (record.width === width) hits++;
  });
  try {
    for (const bytes of sample) tokeniser.push(bytes);
    if (sample.reduce((sum, bytes) => sum + bytes.length, 0) < SAMPLE_BYTES / 2) tokeniser.end();
  } catch (error) {
    // Quotes mean something else under another delimiter; what counts is what was found before.
    if (!(error instanceof InvalidFileError)) throw error;
  }
  return hits;
}

async function decodeStart(start: Buffer, encoding: Encoding): Promise<Buffer[]> {
  // A character cut by the sample's end is no fault, so the sample ends at a line.
  const lineEnd = start.lastIndexOf(10);
  const whole =
    start.length < SAMPLE_BYTES || lineEnd < 0 ? start : start.subarray(0, lineEnd - (encoding === 'utf-16be' ? 1 : 0));
  async function* one() {
    yield whole;
  }
  const pieces: Buffer[] = [];
  try {
    for await (const piece of decodeText(one(), encoding)) pieces.push(piece);
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
  }
  return pieces;
}

async function readStart(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of source) {
    parts.push(part);
    bytes += part.byteLength;
    if (bytes >= SAMPLE_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, SAMPLE_BYTES);
}
