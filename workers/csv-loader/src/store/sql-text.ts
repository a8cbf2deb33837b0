const STATEMENT_CHARACTERS = 1_000_000;

/** Characters that end or escape a string in MySQL's text protocol, in the SQL mode every session is given. */
const special = /['\\\0]/g;

/** A string literal; the session's SQL mode, set at connect, has backslash escapes on. */
export function quote(text: string): string {
  return `'${text.replace(special, (character) => (character === '\0' ? '\\0' : `\\${character}`))}'`;
}

/** Joins tuples into as few statements as fit well into one packet. */
export function* statements(head: string, tuples: readonly string[], tail: string): Generator<string> {
  let from = 0;
  let characters = 0;
  for (let index = 0; index < tuples.length; index++) {
    characters += tuples[index]?.length ?? 0;
    if (characters < STATEMENT_CHARACTERS && index < tuples.length - 1) continue;
    yield `${head} ${tuples.slice(from, index + 1).join(',')} ${tail}`;
    from = index + 1;
    characters = 0;
  }
}
