import { Prisma } from '@tributary/employment-db';
import { csvLine } from './csv-line.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import type { ReadRows } from './read-rows.ts';
import { splitRecord } from './split-record.ts';

interface Rejected {
  line: number;
  column: string | null;
  message: string;
  raw: string;
}

// A row may have 1 MiB, so this many are the most that memory has to hold.
const batchRows = 50;

/**
 * An upload's rejected rows as CSV, all of them in file order: the original fields under their names, then line, column
 * and reason. Fields beyond the file's columns follow at the end, so that every named column keeps its place.
 */
export async function* rejectedRowsFile(uploadId: string, read: ReadRows): AsyncGenerator<string> {
  const [load] = await read<{ kind: string; dialect: unknown }>(
    Prisma.sql`SELECT kind, dialect FROM loads WHERE upload_id = ${uploadId}`,
  );
  if (!load) return;
  const dialect = dialectOf(load);
  yield csvLine([...dialect.columns, 'line', 'column', 'reason']);
  let lastLine = 0;
  for (;;) {
    const rows = await read<Rejected>(Prisma.sql`
      SELECT line, column_name AS \`column\`, message, raw FROM rejections
      WHERE upload_id = ${uploadId} AND line > ${lastLine} ORDER BY line LIMIT ${batchRows}`);
    for (const row of rows) yield rejectedLine(row, dialect);
    const last = rows.at(-1);
    if (!last || rows.length < batchRows) return;
    lastLine = last.line;
  }
}

function rejectedLine({ raw, line, column, message }: Rejected, { columns, delimiter }: Dialect): string {
  const fields = splitRecord(raw, delimiter);
  const named = columns.map((_, index) => fields[index] ?? '');
  return csvLine([...named, String(line), column ?? '', message, ...fields.slice(columns.length)]);
}
