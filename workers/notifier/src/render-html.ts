import { escapeHtml, type MailContent } from './mail.ts';

const cell = 'padding:6px 12px 6px 0;text-align:left;vertical-align:top';

/** The HTML part: tables and inline styles only, no colours of its own but greys that hold on light and dark, nothing remote. */
export function renderHtml(content: MailContent): string {
  const { title, greeting, summary, counts, reasons, moreReasons, next, link, uploadId } = content;
  const countRows = counts.map(
    ([label, value]) =>
      `<tr><td style="${cell}">${escapeHtml(label)}</td><td style="${cell};text-align:right"><b>${escapeHtml(value)}</b></td></tr>`,
  );
  const reasonRows = reasons.map(
    ({ place, message, raw }) =>
      `<tr><td style="${cell};white-space:nowrap">${escapeHtml(place)}</td><td style="${cell}">${escapeHtml(message)}<br><code style="color:#808080;word-break:break-all">${escapeHtml(raw)}</code></td></tr>`,
  );
  const more = moreReasons > 0 ? `<p>… and ${moreReasons.toLocaleString('en-US')} more.</p>` : '';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:640px;margin:24px auto;padding:0 16px">
<p>${escapeHtml(greeting)}</p>
<p style="font-size:18px">${escapeHtml(summary)}</p>
<table style="border-collapse:collapse">${countRows.join('')}</table>
${reasons.length > 0 ? `<h2 style="font-size:16px;margin:24px 0 8px">Why rows were rejected</h2><table style="border-collapse:collapse;font-size:14px">${reasonRows.join('')}</table>` : ''}
${more}
<p>${escapeHtml(next)}</p>
<p style="color:#808080;font-size:14px"><a href="${escapeHtml(link)}">Open the graph</a> · upload ${escapeHtml(uploadId)}</p>
</body>
</html>
`;
}
