import type { BodyOf, resetRequested } from '@tributary/events';
import type { HandlingContext } from '@tributary/worker';
import { autoReplyHeaders, escapeHtml, toHarmlessName, toMessageId } from './mail.ts';
import type { NotifierDependencies } from './result-mail.ts';

/**
 * Mails the link of a password reset, once, unless it has expired meanwhile. A mail whose recipient the SMTP server rejected
 * is logged and not tried again. The token is in the mail alone, never in the log or the database.
 */
export async function mailResetLink(
  reset: RequestedReset,
  {
    mails,
    smtp,
    from,
    publicUrl,
    log,
    clock,
    signal,
  }: NotifierDependencies & Pick<HandlingContext, 'log' | 'clock' | 'signal'>,
): Promise<void> {
  const { resetId, user, expiresAt } = reset;
  if (clock.now() >= new Date(expiresAt)) {
    log.info({ resetId, expiresAt }, 'reset link expired before it was mailed');
    return;
  }
  const messageId = toMessageId(resetId, from);
  const mail = { from, to: { name: toHarmlessName(user.name), address: user.email }, messageId };
  const sent = await mails.sendOnce(
    { subjectId: resetId, recipient: user.email, messageId },
    (stopping) => smtp.send({ ...mail, ...composeResetMail(reset, { publicUrl }) }, stopping),
    { signal },
  );
  if (sent.state === 'UNDELIVERABLE') log.warn({ resetId, refusal: sent.refusal }, 'mail undeliverable');
}

export type RequestedReset = BodyOf<typeof resetRequested>;

const resetTitle = 'Your link to a new password';
const unasked = 'If you did not ask for it, nothing is left to do: your password stays as it is.';

/** Subject, plain text and HTML of the mail with the link of a password reset, and with the mutation that does the same. Pure. */
export function composeResetMail(reset: RequestedReset, { publicUrl }: { publicUrl: string }) {
  const greeting = `Hello ${toHarmlessName(reset.user.name)},`;
  const until = `This link works once, until ${clockTime(reset.expiresAt)} UTC.`;
  const link = `${publicUrl.replace(/\/+$/, '')}/account/reset-password#token=${reset.token}`;
  const mutation = `mutation { resetPassword(token: "${reset.token}", newPassword: "…") { accessToken } }`;
  const content = { greeting, until, link, mutation, graph: publicUrl };
  return {
    subject: resetTitle,
    text: renderResetText(content),
    html: renderResetHtml(content),
    headers: autoReplyHeaders,
  };
}

type Content = Readonly<Record<'greeting' | 'until' | 'link' | 'mutation' | 'graph', string>>;

const renderResetText = ({ greeting, until, link, mutation, graph }: Content) =>
  [
    ...[greeting, '', 'somebody asked for a new password for your account. To set it, open'],
    ...['', `  ${link}`, '', 'or send this to the graph, with the password you want in the place of the dots:'],
    ...['', `  ${mutation}`, '', until, unasked, '', `The graph: ${graph}`, ''],
  ].join('\n');

const renderResetHtml = ({ greeting, until, link, mutation, graph }: Content) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>${resetTitle}</title></head>
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
