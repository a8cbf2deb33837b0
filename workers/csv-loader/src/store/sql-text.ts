/** At most 900 KB in UTF-8: less than 1 MiB, the smallest `max_allowed_packet` that servers usually have. */
export const STATEMENT_CHARACTERS = 300_000;

/** Characters that end or escape a string in MySQL's text protocol, in the SQL mode every session is given. */
const special = /['\\\0]/g;

/** A string literal; the session's SQL mode, set at connect, has backslash escapes on. */
export function quote(text: string): string {
  return `'${text.replace(special, (character) => (character === '\0' ? '\\0' : `\\${character}`))}'`;
}

/**
 * Joins rows, each the text of its values, into as few statements as fit well into one packet; `constants` ends every row. The
 * rows are joined once and never copied one by one: there are a million of them.
 */
export function* insertStatements(
  head: string,
  rows: readonly string[],
  constants: string,
  tail: string,
): Generator<string> {
  let from = 0;
  let characters = 0;
  for (let index = 0; index < rows.length; index++) {
    characters += (rows[index]?.length ?? 0) + constants.length;
    if (characters < STATEMENT_CHARACTERS && index < rows.length - 1) continue;
    yield `${head} (${rows.slice(from, index + 1).join(`${constants}),(`)}${constants}) ${tail}`;
    from = index + 1;
    characters = 0;
  }
}
