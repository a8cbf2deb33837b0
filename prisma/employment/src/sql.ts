type Value = string | number | bigint | Date | null;

/** A piece of SQL with its bound values. Pieces are composed by interpolation into others. */
export interface Sql {
  readonly text: string;
  readonly values: readonly (string | number | bigint | null)[];
}

/** SQL from a template: interpolated pieces become part of the text, all other values are bound. Dates are bound in UTC. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | Value)[]): Sql {
  let text = strings[0] ?? '';
  const values: Sql['values'][number][] = [];
  for (const [index, part] of parts.entries()) {
    const piece = toPiece(part);
    text += piece.text + (strings[index + 1] ?? '');
    values.push(...piece.values);
  }
  return { text, values };
}

/** Joins pieces or values, at least one. */
export function joinSql(parts: readonly (Sql | Value)[], separator = ', '): Sql {
  if (parts.length === 0) throw new Error('There is nothing to join.');
  const pieces = parts.map(toPiece);
  return { text: pieces.map(({ text }) => text).join(separator), values: pieces.flatMap(({ values }) => values) };
}

export const emptySql: Sql = { text: '', values: [] };

function toPiece(part: Sql | Value): Sql {
  if (part instanceof Date) return { text: '?', values: [part.toISOString().slice(0, -1).replace('T', ' ')] };
  if (typeof part === 'object' && part !== null) return part;
  return { text: '?', values: [part] };
}
