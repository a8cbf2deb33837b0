/**
 * The fields of one CSV record (RFC 4180: quotes doubled inside quotes), which may hold line breaks. It refuses nothing,
 * since what it splits was rejected: a quote that is not where it should be is text.
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
