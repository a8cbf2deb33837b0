const maxParsedCharacters = 5_000;
const maxReportedCharacters = 1_000;

/** Strings and numbers of MySQL's dialect; a string that the cut has left open counts to the end. */
const strings = /'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|\\?$)/g;
const numbers = /(?<![\w`.])-?\d[\w.]*/g;
/** Prisma writes database and table before every column. */
const qualifiers = /`\w+`\.(?=`)/g;
/** What is written or asked for may be a million rows: the first stands for all. */
const moreTuples = /(\((?:[^()]|\([^()]*\))*\))(?:\s*,\s*\((?:[^()]|\([^()]*\))*(?:\)|$))+/g;
const target = /\b(?:FROM|INTO|UPDATE|JOIN)\s+((?:`?\w+`?\.)?`?\w+`?)/i;

export interface StatementDescription {
  /** `SELECT`, `COMMIT`, … */
  readonly operation: string;
  /** The first table it names. */
  readonly table: string | null;
  /** Its beginning, with `?` in place of every value. */
  readonly text: string;
}

/** The attributes of a statement's span: never a value, also where values are written into its text. */
export function describeStatement(sql: string): StatementDescription {
  const text = sql
    .slice(0, maxParsedCharacters)
    .replace(strings, '?')
    .replace(numbers, '?')
    .replace(qualifiers, '')
    .replace(/\s+/g, ' ')
    .replace(moreTuples, '$1, …')
    .trim();
  const operation = /^\W*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL';
  const named = target.exec(text)?.[1]?.replaceAll('`', '').split('.').at(-1);
  return { operation, table: named ?? null, text: text.slice(0, maxReportedCharacters) };
}
