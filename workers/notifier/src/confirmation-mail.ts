import type { BodyOf, confirmationRequested } from '@tributary/events';
import type { HandlingContext } from '@tributary/worker';
import { autoReplyHeaders, escapeHtml, toMessageId } from './mail.ts';
import type { NotifierDependencies } from './result-mail.ts';

type RequestedConfirmation = BodyOf<typeof confirmationRequested>;

/**
 * Mails the link that confirms an address, once, unless it has expired meanwhile. The token is in the mail alone, never in
 * the log or the database. A mail whose recipient the SMTP server rejected is logged and not tried again.
 */
export async function mailConfirmationLink(
  confirmation: RequestedConfirmation,
  dependencies: NotifierDependencies & Pick<HandlingContext, 'log' | 'clock' | 'signal'>,
): Promise<void> {
  const { mails, smtp, from, publicUrl, log, clock, signal } = dependencies;
  const { confirmationId, user, expiresAt } = confirmation;
  if (clock.now() >= new Date(expiresAt)) {
    log.info({ confirmationId, expiresAt }, 'confirmation link expired before it was mailed');
    return;
  }
  const messageId = toMessageId(confirmationId, from);
  const sent = await mails.sendOnce(
    { subjectId: confirmationId, recipient: user.email, messageId },
    (stopping) =>
      smtp.send({ from, to: user.email, messageId, ...composeConfirmationMail(confirmation, { publicUrl }) }, stopping),
    { signal },
  );
  if (sent.state === 'UNDELIVERABLE') log.warn({ confirmationId, refusal: sent.refusal }, 'mail undeliverable');
}

const title = 'Confirm your address for Tributary';
const intro = 'This address was given for a new Tributary account. If the account is yours, confirm the address:';
const ignore = 'If this wasn\u2019t you, ignore this email: no other mail is sent to an address that is not confirmed.';

/** Subject, plain text and HTML of the mail with the confirmation link. Pure; nothing in it was written by the one who registered. */
function composeConfirmationMail(
  { token, expiresAt }: Pick<RequestedConfirmation, 'token' | 'expiresAt'>,
  { publicUrl }: { publicUrl: string },
) {
  const link = `${publicUrl.replace(/\/+$/, '')}/account/confirm-email#token=${token}`;
  const until = `This link works once and expires on ${expiresAt.slice(0, 10)} at ${expiresAt.slice(11, 16)} UTC.`;
  return {
    subject: title,
    text: [intro, '', `  ${link}`, '', until, '', ignore, ''].join('\n'),
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>${title}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:640px;margin:24px auto;padding:0 16px">
<p>${intro}</p>
<p style="font-size:18px"><a href="${escapeHtml(link)}">Confirm address</a></p>
<p>${until}</p>
<p>${ignore}</p>
</body>
</html>
`,
    headers: autoReplyHeaders,
  };
}
