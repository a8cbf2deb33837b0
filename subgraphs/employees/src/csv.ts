import { findKind } from '@tributary/kinds';
import { z } from 'zod';

/** One line of CSV for a spreadsheet. A cell that a spreadsheet would run as a formula gets a leading apostrophe. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => quote(neutralise(cell))).join(',')}\r\n`;
}

function neutralise(cell: string): string {
  return /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * The fields of one CSV record (RFC 4180), which may contain line breaks. Accepts any text, because the record was rejected: a
 * misplaced quote is text.
 */
export function splitRecord(raw: string, delimiter: string): string[] {
  const fields: string[] = [];
  let rest = raw;
  for (;;) {
    const quoted = /^ *"((?:[^"]|"")*)" */.exec(rest);
    const after = quoted ? rest.slice(quoted[0].length) : '';
    if (quoted && (after === '' || after.startsWith(delimiter))) {
      fields.push((quoted[1] ?? '').replaceAll('""', '"'));
      if (after === '') return fields;
      rest = after.slice(delimiter.length);
      continue;
    }
    const end = rest.indexOf(delimiter);
    if (end === -1) return [...fields, rest.trim()];
    fields.push(rest.slice(0, end).trim());
    rest = rest.slice(end + delimiter.length);
  }
}

export interface Dialect {
  delimiter: string;
  /** The names of the columns in the file's header, otherwise of its kind. */
  columns: string[];
}

const stored = z.object({ delimiter: z.string().min(1), header: z.string().nullish() });

/** The dialect of a load's file, as stored by the first pass. The driver returns JSON columns as objects or as text. */
export function toDialect({ kind, dialect }: { kind: string; dialect: unknown }): Dialect {
  const result = stored.safeParse(typeof dialect === 'string' ? JSON.parse(dialect) : dialect);
  const { delimiter, header } = result.success ? result.data : { delimiter: ',', header: null };
  const kindColumns = findKind(kind)?.columns ?? [];
  return { delimiter, columns: header ? splitRecord(header, delimiter) : kindColumns.map(({ name }) => name) };
}
