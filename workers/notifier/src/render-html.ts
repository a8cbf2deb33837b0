import { escapeHtml, type MailContent } from './mail.ts';

const cell = 'padding:6px 12px 6px 0;text-align:left;vertical-align:top';

/** The HTML part: tables and inline styles only, no colours of its own but greys that hold on light and dark, nothing remote. */
export function renderHtml(content: MailContent): string {
  const { title, greeting, summary, facts, problems, moreProblems, nextStep, links, uploadId } = content;
  const factRows = facts.map(
    ([label, value]) =>
      `<tr><td style="${cell}">${escapeHtml(label)}</td><td style="${cell};text-align:right"><b>${escapeHtml(value)}</b></td></tr>`,
  );
  const problemRows = problems.map(
    ({ place, message, raw }) =>
      `<tr><td style="${cell};white-space:nowrap">${escapeHtml(place)}</td><td style="${cell}">${escapeHtml(message)}<br><code style="color:#808080;word-break:break-all">${escapeHtml(raw)}</code></td></tr>`,
  );
  const anchors = links.map(({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`);
  const more = moreProblems > 0 ? `<p>… and ${moreProblems.toLocaleString('en-US')} more.</p>` : '';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:640px;margin:24px auto;padding:0 16px">
<p>${escapeHtml(greeting)}</p>
<p style="font-size:18px">${escapeHtml(summary)}</p>
<table style="border-collapse:collapse">${factRows.join('')}</table>
${problems.length > 0 ? `<h2 style="font-size:16px;margin:24px 0 8px">Problems</h2><table style="border-collapse:collapse;font-size:14px">${problemRows.join('')}</table>` : ''}
${more}
<p>${escapeHtml(nextStep)}</p>
<p style="color:#808080;font-size:14px">${anchors.join(' · ')} · upload ${escapeHtml(uploadId)}</p>
</body>
</html>
`;
}
