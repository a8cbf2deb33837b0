/**
 * Line breaks and other control characters become spaces: what is one line stays one, in a header too. What turns the
 * direction of writing goes, so that no name reads as another.
 */
export const oneLine = (text: string) =>
  text
    .replace(/[\u202A-\u202E\u2066-\u2069]/gu, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();

/**
 * One line that no mail program turns into a link: `http[:]//`, `www[.]`, and `[.]` before two letters unless they are the
 * ending of a data file. Invisible characters and lone surrogates are removed.
 */
export const harmlessName = (text: string) =>
  oneLine(text.replace(/[\p{Cf}\p{Cs}]/gu, ''))
    .replaceAll('://', '[:]//')
    .replace(/\bwww\./giu, 'www[.]')
    .replace(/[.。．｡](?!(?:csv|tsv|txt|gz)\b)(?=\p{L}{2})/giu, '[.]');
