import type { BodyOf, uploadFinished } from '@tributary/events';
import { findKind } from '@tributary/kinds';
import type { FinalStatus } from './status.ts';
import type { UploadState } from './status-update.ts';

type Notice = BodyOf<typeof uploadFinished>['notice'];

interface FinishedUpload {
  readonly uploadId: string;
  readonly filename: string;
  readonly kind: string;
  readonly status: FinalStatus;
}

type Result = Pick<UploadState, 'counts' | 'problems' | 'problemCount' | 'summary' | 'failure'>;

const maxTitleCharacters = 150;

/** The notice to the owner about a finished upload. Pure; the kind names its counts, the worker sums up its work. */
export function toNotice(upload: FinishedUpload, result: Result): Notice {
  const { problems, problemCount } = result;
  return {
    title: toTitle(upload, result),
    summary: toSummary(upload, result),
    facts: toFacts(upload.kind, result.counts),
    problems: problems.slice(0, 10),
    problemCount: Math.max(problemCount, problems.length),
    nextStep: toNextStep(upload, result),
    links: [{ label: 'Open Tributary', path: '/' }],
  };
}

function toTitle({ filename, status }: FinishedUpload, { summary }: Result): string {
  if (status === 'FAILED') return `${filename} could not be processed`;
  if (status === 'CANCELLED') return `${filename}: the upload was cancelled`;
  const title = (summary ?? '').replace(/\.$/, '');
  return title === '' || title.length > maxTitleCharacters ? `${filename} is complete` : title;
}

function toSummary({ filename, status }: FinishedUpload, { summary, failure }: Result): string {
  if (status === 'FAILED') return `${filename} could not be processed: ${failure ?? 'no reason was given'}`;
  if (status === 'CANCELLED') return summary ?? 'The upload was cancelled.';
  return summary ?? `${filename} is complete.`;
}

const toFacts = (kind: string, counts: Result['counts']) =>
  toTitledCounts(kind, counts).map(({ title, value }) => ({ label: title, value: value.toLocaleString('en-US') }));

/** The counts with the titles that the kind declares, in the order it declares them; others follow. */
export function toTitledCounts(kind: string, counts: Result['counts']) {
  const titles = findKind(kind)?.counts ?? {};
  const names = [...Object.keys(titles), ...Object.keys(counts).filter((name) => !Object.hasOwn(titles, name))];
  return names.flatMap((name) => {
    const value = counts[name];
    return value === undefined ? [] : [{ name, title: titles[name] ?? toTitleCase(name), value }];
  });
}

/** `rowsRead` becomes `Rows read`. */
function toTitleCase(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function toNextStep({ uploadId, status }: FinishedUpload, { problemCount }: Result): string {
  const kept = 'We keep a copy of the original.';
  if (status === 'FAILED') return `Please fix the file and upload it again. ${kept}`;
  if (status === 'CANCELLED') return `Upload the file again if you still need it. ${kept}`;
  if (problemCount === 0) return `You don\u2019t need to do anything else. ${kept}`;
  const query = `{ fileUpload(id: "${uploadId}") { rejectedRowsUrl } }`;
  return `Download what was rejected, with line, column and reason, fix it, and upload only that. This query gives the link: ${query}`;
}
