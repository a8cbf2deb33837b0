/** What both parts of a mail say, as plain text nobody has escaped yet. */
export interface MailContent {
  readonly title: string;
  readonly greeting: string;
  readonly summary: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly problems: readonly { readonly place: string; readonly message: string; readonly raw: string }[];
  /** How many problems are not listed. */
  readonly moreProblems: number;
  readonly nextStep: string;
  readonly links: readonly { readonly label: string; readonly url: string }[];
  readonly uploadId: string;
}

/**
 * Line breaks and other control characters become spaces: what is one line stays one, in a header too. What turns the
 * direction of writing goes, so that no name reads as another.
 */
export const toSingleLine = (text: string) =>
  text
    .replace(/[\u202A-\u202E\u2066-\u2069]/gu, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();

/**
 * One line that no mail program turns into a link: `http[:]//`, `www[.]`, and `[.]` before two letters unless they are the
 * ending of a data file. Invisible characters and lone surrogates are removed.
 */
export const toHarmlessName = (text: string) =>
  toSingleLine(text.replace(/[\p{Cf}\p{Cs}]/gu, ''))
    .replaceAll('://', '[:]//')
    .replace(/\bwww\./giu, 'www[.]')
    .replace(/[.。．｡](?!(?:csv|tsv|txt|gz|xlsx|mp3|mp4|m4a|mkv|wav|webm)\b)(?=\p{L}{2})/giu, '[.]');

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Text as it may stand between tags and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities.get(character) ?? character);
}

/** What keeps other machines from answering a mail that a machine has sent. */
export const autoReplyHeaders = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** The same for every attempt, so that a mailbox can fold a mail that had to be sent again. */
export function toMessageId(subjectId: string, from: string): string {
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'tributary.invalid';
  return `<${subjectId}@${domain}>`;
}
