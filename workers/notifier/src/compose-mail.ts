import type { BodyOf, uploadFinished } from '@tributary/events';
import { autoReplyHeaders, type MailContent, toHarmlessName, toSingleLine } from './mail.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';

export type FinishedUpload = BodyOf<typeof uploadFinished>;

/** Subject, plain text and HTML of the mail about an upload. Pure; names and cells of the file may hold anything. */
export function composeMail(upload: FinishedUpload, { publicUrl }: { publicUrl: string }) {
  const content = toContent(upload, publicUrl);
  return {
    subject: content.title,
    text: renderText(content),
    html: renderHtml(content),
    headers: autoReplyHeaders,
  };
}

function toContent(upload: FinishedUpload, publicUrl: string): MailContent {
  const { rowsRead, rowsLoaded, rowsRejected, reasons, uploader, uploadId } = upload;
  return {
    title: toTitle(upload),
    greeting: `Hello ${toHarmlessName(uploader.name)},`,
    summary: toSummary(upload),
    counts: [
      ['Rows read', count(rowsRead)],
      ['Rows loaded', count(rowsLoaded)],
      ['Rows rejected', count(rowsRejected)],
    ],
    reasons: reasons.map(({ line, column, message, raw }) => ({
      place: column === null ? `Line ${count(line)}` : `Line ${count(line)}, ${toSingleLine(column)}`,
      message: toSingleLine(message),
      raw: toSingleLine(raw),
    })),
    moreReasons: Math.max(0, rowsRejected - reasons.length),
    next: nextStep(upload),
    query: rowsRejected > 0 ? `{ fileUpload(id: "${uploadId}") { rejectedRowsUrl } }` : null,
    link: publicUrl,
    uploadId,
  };
}

function toTitle({ filename, status, rowsRejected }: FinishedUpload): string {
  const file = toHarmlessName(filename);
  if (status === 'FAILED') return `${file} could not be loaded`;
  if (status === 'CANCELLED') return `${file}: the load was cancelled`;
  return rowsRejected === 0 ? `${file} is loaded` : `${file} is loaded, ${rows(rowsRejected)} rejected`;
}

function toSummary({ filename, status, rowsLoaded, rowsRejected, failure }: FinishedUpload): string {
  const file = toHarmlessName(filename);
  if (status === 'FAILED') return `${file} could not be loaded: ${toSingleLine(failure ?? 'no reason was given')}`;
  if (status === 'CANCELLED') return `The load of ${file} was cancelled; ${rows(rowsLoaded)} had been loaded before.`;
  if (rowsRejected === 0) return `All ${rows(rowsLoaded)} of ${file} are loaded, and every answer includes them.`;
  return `${rows(rowsLoaded)} of ${file} are loaded and every answer includes them; ${rows(rowsRejected)} were rejected.`;
}

function nextStep({ status, rowsRejected }: FinishedUpload): string {
  if (status === 'FAILED') return 'Mend the file and upload it again. Your original file is kept.';
  if (status === 'CANCELLED') return 'Upload the file again if you still want it loaded. Your original file is kept.';
  if (rowsRejected === 0) return 'Nothing is left to do. Your original file is kept.';
  return 'Ask for rejectedRowsUrl of this upload to download the rejected rows with line, column and reason, mend them, and upload just those.';
}

const count = (value: number) => value.toLocaleString('en-US');
const rows = (value: number) => (value === 1 ? '1 row' : `${count(value)} rows`);
