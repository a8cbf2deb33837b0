import type { HandlingContext } from '@tributary/worker';
import { composeResetMail, type RequestedReset } from './compose-reset-mail.ts';
import { messageIdOf } from './message-id.ts';
import type { NotifierDependencies } from './notify-uploader.ts';
import { harmlessName } from './one-line.ts';

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
  const messageId = messageIdOf(resetId, from);
  const mail = { from, to: { name: harmlessName(user.name), address: user.email }, messageId };
  const sent = await mails.sendOnce(
    { subjectId: resetId, recipient: user.email, messageId },
    (stopping) => smtp.send({ ...mail, ...composeResetMail(reset, { publicUrl }) }, stopping),
    { signal },
  );
  if (sent.state === 'UNDELIVERABLE') log.warn({ resetId, refusal: sent.refusal }, 'mail undeliverable');
}
