/** What both parts of a mail say, as plain text nobody has escaped yet. */
export interface MailContent {
  readonly title: string;
  readonly greeting: string;
  readonly summary: string;
  readonly counts: readonly (readonly [label: string, value: string])[];
  readonly reasons: readonly { readonly place: string; readonly message: string; readonly raw: string }[];
  /** How many rejected rows are not in `reasons`. */
  readonly moreReasons: number;
  readonly next: string;
  /** To paste into a client of the graph for the link to the rejected rows; null when none were rejected. */
  readonly query: string | null;
  readonly link: string;
  readonly uploadId: string;
}
