import type { Chunk } from './chunk.ts';
import { type CsvRecord, rawText } from './csv/csv-record.ts';
import { decodeText } from './csv/decode-text.ts';
import type { Dialect } from './csv/dialect.ts';
import { createTokeniser } from './csv/tokeniser.ts';
import { createIdSet } from './rows/id-set.ts';
import type { Kind } from './rows/kinds.ts';
import type { Rejection } from './rows/rejection.ts';
import { isFault, type KnownIds, validateRow } from './rows/validate-row.ts';
import { rowTuple } from './store/row-statements.ts';

const CHUNK_ROWS = 5_000;
const CHUNK_CHARACTERS = 2_000_000;

interface Reading {
  readonly dialect: Dialect;
  readonly kind: Kind;
  readonly known: KnownIds;
  readonly skip: number;
  readonly chunkRows?: number | undefined;
}

/**
 * The second pass: validates every row and hands them on in chunks of about `chunkRows`, less where rows are long. The first `skip` rows
 * are committed already; they are validated again, because the ids they used make later ones duplicates.
 */
export async function* readChunks(
  source: AsyncIterable<Uint8Array>,
  { dialect, kind, known, skip, chunkRows = CHUNK_ROWS }: Reading,
): AsyncGenerator<Chunk> {
  const used = createIdSet();
  let isHeader = dialect.header !== null;
  let position = 0;
  let characters = 0;
  let line = 0;
  let rows: string[] = [];
  let rejections: Rejection[] = [];

  const tokeniser = createTokeniser(dialect.delimiter, (record) => {
    if (isHeader) isHeader = false;
    else takeRow(record);
  });

  function takeRow(record: CsvRecord) {
    const result = validateRow(record, kind, used, known);
    position++;
    if (position <= skip) return;
    line = record.line;
    characters += record.to - record.from;
    if (isFault(result)) rejections.push({ ...result, line, raw: rawText(record) });
    else rows.push(rowTuple(result));
  }

  function takeChunk(): Chunk {
    const chunk = { after: position - rows.length - rejections.length, line, rows, rejections };
    rows = [];
    rejections = [];
    characters = 0;
    return chunk;
  }

  for await (const bytes of decodeText(source, dialect.encoding)) {
    tokeniser.push(bytes);
    if (rows.length + rejections.length >= chunkRows || characters >= CHUNK_CHARACTERS) yield takeChunk();
  }
  tokeniser.end();
  if (rows.length + rejections.length > 0) yield takeChunk();
}
