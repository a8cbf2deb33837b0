import { type Chunk, createRangeCursor, type RowRanges } from './chunks.ts';
import { type CsvRecord, rawText } from './csv/csv-record.ts';
import { decodeText } from './csv/decode-text.ts';
import type { Dialect } from './csv/dialect.ts';
import { createTokeniser } from './csv/tokeniser.ts';
import type { Rejection } from './faults.ts';
import { createIdSet } from './rows/id-set.ts';
import type { Kind } from './rows/kinds.ts';
import { isFault, type KnownIds, type RowValues, validateRow } from './rows/validate-row.ts';

const CHUNK_ROWS = 10_000;
/** With a record of 1 MiB behind it well within one packet of the database. */
const CHUNK_BYTES = 1_000_000;

interface Reading {
  readonly dialect: Dialect;
  readonly kind: Kind;
  readonly known: KnownIds;
  readonly committed: RowRanges;
  readonly chunkRows?: number | undefined;
}

/**
 * The second pass: validates every row and hands them on in chunks of `chunkRows`, less where rows are long. Rows that are
 * committed already are validated again, because the ids they used make later ones duplicates, and left out.
 */
export async function* readChunks(
  source: AsyncIterable<Uint8Array>,
  { dialect, kind, known, committed, chunkRows = CHUNK_ROWS }: Reading,
): AsyncGenerator<Chunk> {
  const used = createIdSet();
  const isCommitted = createRangeCursor(committed);
  let isHeader = dialect.header !== null;
  let rowIndex = 0;
  let bytes = 0;
  let rows: RowValues[] = [];
  let rejections: Rejection[] = [];
  let chunks: Chunk[] = [];

  const tokeniser = createTokeniser(dialect.delimiter, (record) => {
    if (isHeader) isHeader = false;
    else takeRow(record);
  });

  function takeRow(record: CsvRecord) {
    const result = validateRow(record, kind, used, known);
    if (isCommitted(rowIndex)) {
      endChunk();
      rowIndex++;
      return;
    }
    rowIndex++;
    bytes += record.to - record.from;
    if (isFault(result)) rejections.push({ ...result, line: record.line, raw: rawText(record) });
    else rows.push(result);
    if (rows.length + rejections.length >= chunkRows || bytes >= CHUNK_BYTES) endChunk();
  }

  function endChunk() {
    const count = rows.length + rejections.length;
    if (count === 0) return;
    chunks.push({ from: rowIndex - count, to: rowIndex, rows, rejections });
    rows = [];
    rejections = [];
    bytes = 0;
  }

  function takeChunks(): Chunk[] {
    const taken = chunks;
    chunks = [];
    return taken;
  }

  for await (const text of decodeText(source, dialect.encoding)) {
    tokeniser.push(text);
    yield* takeChunks();
  }
  tokeniser.end();
  endChunk();
  yield* takeChunks();
}
