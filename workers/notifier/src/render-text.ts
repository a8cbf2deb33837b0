import type { MailContent } from './mail.ts';

/** The plain text part. */
export function renderText(content: MailContent): string {
  const { greeting, summary, facts, problems, moreProblems, nextStep, links, uploadId } = content;
  const width = Math.max(0, ...facts.map(([label]) => label.length)) + 2;
  const lines = [
    greeting,
    '',
    summary,
    '',
    ...facts.map(([label, value]) => `  ${label.padEnd(width)}${value}`),
    ...(facts.length > 0 ? [''] : []),
    ...(problems.length > 0 ? ['Problems:', ''] : []),
    ...problems.flatMap(({ place, message, raw }) => [
      `  ${place === '' ? '' : `${place}: `}${message}`,
      ...(raw === '' ? [] : [`    ${raw}`]),
    ]),
    ...(moreProblems > 0 ? [`  … and ${moreProblems.toLocaleString('en-US')} more.`] : []),
    ...(problems.length > 0 || moreProblems > 0 ? [''] : []),
    nextStep,
    '',
    ...links.map(({ label, url }) => `${label}: ${url}`),
    `Upload: ${uploadId}`,
    '',
  ];
  return lines.join('\n');
}
