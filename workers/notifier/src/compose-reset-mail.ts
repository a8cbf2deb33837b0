import type { BodyOf, resetRequested } from '@tributary/events';
import { automaticHeaders } from './automatic-headers.ts';
import { escapeHtml } from './escape-html.ts';
import { harmlessName } from './one-line.ts';

export type RequestedReset = BodyOf<typeof resetRequested>;

const title = 'Your link to a new password';
const unasked = 'If you did not ask for it, nothing is left to do: your password stays as it is.';

/** Subject, plain text and HTML of the mail with the link of a password reset, and with the mutation that does the same. Pure. */
export function composeResetMail(reset: RequestedReset, { publicUrl }: { publicUrl: string }) {
  const greeting = `Hello ${harmlessName(reset.user.name)},`;
  const until = `This link works once, until ${clockTime(reset.expiresAt)} UTC.`;
  const link = `${publicUrl.replace(/\/+$/, '')}/account/reset-password#token=${reset.token}`;
  const mutation = `mutation { resetPassword(token: "${reset.token}", newPassword: "…") { accessToken } }`;
  const content = { greeting, until, link, mutation, graph: publicUrl };
  return { subject: title, text: textOf(content), html: htmlOf(content), headers: automaticHeaders };
}

type Content = Readonly<Record<'greeting' | 'until' | 'link' | 'mutation' | 'graph', string>>;

const textOf = ({ greeting, until, link, mutation, graph }: Content) =>
  [
    ...[greeting, '', 'somebody asked for a new password for your account. To set it, open'],
    ...['', `  ${link}`, '', 'or send this to the graph, with the password you want in the place of the dots:'],
    ...['', `  ${mutation}`, '', until, unasked, '', `The graph: ${graph}`, ''],
  ].join('\n');

const htmlOf = ({ greeting, until, link, mutation, graph }: Content) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>${title}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:640px;margin:24px auto;padding:0 16px">
<p>${escapeHtml(greeting)}</p>
<p>somebody asked for a new password for your account.</p>
<p style="font-size:18px"><a href="${escapeHtml(link)}">Set a new password</a></p>
<p>Or send this to the <a href="${escapeHtml(graph)}">graph</a>, with the password you want in the place of the dots:</p>
<p><code style="word-break:break-all">${escapeHtml(mutation)}</code></p>
<p>${until} ${unasked}</p>
</body>
</html>
`;

/** Such as `14:05`; of a moment at most half an hour away. */
const clockTime = (moment: string) => moment.slice(11, 16);
