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

function toContent({ notice, uploader, uploadId }: FinishedUpload, publicUrl: string): MailContent {
  const { title, summary, facts, problems, problemCount, nextStep, links } = notice;
  return {
    title: toHarmlessName(title),
    greeting: `Hello ${toHarmlessName(uploader.name)},`,
    summary: toHarmlessName(summary),
    facts: facts.map(({ label, value }) => [toHarmlessName(label), toHarmlessName(value)] as const),
    problems: problems.map(({ line, column, message, raw }) => ({
      place: [line === null ? '' : `Line ${line.toLocaleString('en-US')}`, toSingleLine(column ?? '')]
        .filter((part) => part !== '')
        .join(', '),
      message: toSingleLine(message),
      raw: toSingleLine(raw ?? ''),
    })),
    moreProblems: Math.max(0, problemCount - problems.length),
    nextStep: toSingleLine(nextStep),
    links: links.map(({ label, path }) => ({
      label: toHarmlessName(label),
      url: `${publicUrl.replace(/\/+$/, '')}${path}`,
    })),
    uploadId,
  };
}
