import type { MailContent } from './mail.ts';

/** The plain text part. */
export function renderText(content: MailContent): string {
  const { greeting, summary, counts, reasons, moreReasons, next, query, link, uploadId } = content;
  const width = Math.max(...counts.map(([label]) => label.length)) + 2;
  const lines = [
    greeting,
    '',
    summary,
    '',
    ...counts.map(([label, value]) => `  ${label.padEnd(width)}${value}`),
    '',
    ...(reasons.length > 0 ? ['Why rows were rejected:', ''] : []),
    ...reasons.flatMap(({ place, message, raw }) => [`  ${place}: ${message}`, `    ${raw}`]),
    ...(moreReasons > 0 ? [`  … and ${moreReasons.toLocaleString('en-US')} more.`] : []),
    ...(reasons.length > 0 || moreReasons > 0 ? [''] : []),
    next,
    '',
    ...(query === null ? [] : [`  ${query}`, '']),
    `The graph: ${link}`,
    `This upload's id: ${uploadId}`,
    '',
  ];
  return lines.join('\n');
}
