import type { BodyOf, confirmationRequested, resetRequested } from '@tributary/events';
import type { HandlingContext } from '@tributary/worker';
import { autoReplyHeaders, escapeHtml, toHarmlessName, toMessageId } from './mail.ts';
import type { NotifierDependencies } from './result-mail.ts';

type Dependencies = NotifierDependencies & Pick<HandlingContext, 'log' | 'clock' | 'signal'>;

/** The texts of an email with one link. */
interface LinkMail {
  readonly subject: string;
  readonly greeting: string | null;
  readonly intro: string;
  /** The path of the page that the link opens. */
  readonly path: string;
  readonly action: string;
  readonly expiry: string;
  readonly ignore: string;
}

/** Emails a password reset link. */
export function mailResetLink(reset: BodyOf<typeof resetRequested>, dependencies: Dependencies): Promise<void> {
  const { resetId, user, token, expiresAt } = reset;
  const recipient = { name: toHarmlessName(user.name), address: user.email };
  return mailLink({ subjectId: resetId, recipient, token, expiresAt }, createResetMail(reset), dependencies);
}

/** Emails a link that confirms an address. */
export function mailConfirmationLink(
  confirmation: BodyOf<typeof confirmationRequested>,
  dependencies: Dependencies,
): Promise<void> {
  const { confirmationId, user, token, expiresAt } = confirmation;
  const link = { subjectId: confirmationId, recipient: { address: user.email }, token, expiresAt };
  return mailLink(link, createConfirmationMail(confirmation), dependencies);
}

export function createResetMail({
  user,
  expiresAt,
}: Pick<BodyOf<typeof resetRequested>, 'user' | 'expiresAt'>): LinkMail {
  return {
    subject: 'Reset your Tributary password',
    greeting: `Hello ${toHarmlessName(user.name)},`,
    intro: 'We received a request to reset your password.',
    path: '/account/reset-password',
    action: 'Set a new password',
    expiry: `This link works once and expires at ${toTime(expiresAt)} UTC, 30 minutes after the request.`,
    ignore: 'If this wasn’t you, ignore this email. Your password has not changed.',
  };
}

/** Contains nothing that the person who registered has written. */
function createConfirmationMail({ expiresAt }: Pick<BodyOf<typeof confirmationRequested>, 'expiresAt'>): LinkMail {
  return {
    subject: 'Confirm your address for Tributary',
    greeting: null,
    intro: 'This address was given for a new Tributary account. If the account is yours, please confirm the address.',
    path: '/account/confirm-email',
    action: 'Confirm address',
    expiry: `This link works once and expires on ${expiresAt.slice(0, 10)} at ${toTime(expiresAt)} UTC.`,
    ignore: 'If this wasn’t you, ignore this email. We send no other email to an unconfirmed address.',
  };
}

const toTime = (timestamp: string) => timestamp.slice(11, 16);

/**
 * Sends the email once, unless the link has expired. The token is only in the email, never in the log or the database. If the SMTP
 * server rejects the recipient, the email is not retried.
 */
async function mailLink(
  link: { subjectId: string; recipient: { name?: string; address: string }; token: string; expiresAt: string },
  content: LinkMail,
  { mails, smtp, from, publicUrl, log, clock, signal }: Dependencies,
): Promise<void> {
  const { subjectId, recipient, token, expiresAt } = link;
  if (clock.now() >= new Date(expiresAt)) {
    log.info({ subjectId, expiresAt }, 'link expired before it was emailed');
    return;
  }
  const messageId = toMessageId(subjectId, from);
  const to = recipient.name === undefined ? recipient.address : { name: recipient.name, address: recipient.address };
  const mail = { from, to, messageId, ...renderLinkMail(content, { token, publicUrl }) };
  const sent = await mails.sendOnce(
    { subjectId, recipient: recipient.address, messageId },
    (stopping) => smtp.send(mail, stopping),
    { signal },
  );
  if (sent.state === 'UNDELIVERABLE') log.warn({ subjectId, refusal: sent.refusal }, 'mail undeliverable');
}

/** Subject, plain text and HTML of an email with a link. Pure. */
export function renderLinkMail(content: LinkMail, { token, publicUrl }: { token: string; publicUrl: string }) {
  const { subject, greeting, intro, path, action, expiry, ignore } = content;
  const link = `${publicUrl.replace(/\/+$/, '')}${path}#token=${token}`;
  const greetingLines = greeting === null ? [] : [greeting, ''];
  return {
    subject,
    text: [...greetingLines, intro, `${action}:`, '', `  ${link}`, '', expiry, '', ignore, ''].join('\n'),
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>${subject}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:640px;margin:24px auto;padding:0 16px">
${greeting === null ? '' : `<p>${escapeHtml(greeting)}</p>\n`}<p>${intro}</p>
<p style="font-size:18px"><a href="${escapeHtml(link)}">${action}</a></p>
<p>${expiry}</p>
<p>${ignore}</p>
</body>
</html>
`,
    headers: autoReplyHeaders,
  };
}
