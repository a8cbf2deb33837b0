import { sendOnce } from '@tributary/notifications-db';
import type { HandlingContext } from '@tributary/worker';
import { composeResetMail, type RequestedReset } from './compose-reset-mail.ts';
import { messageIdOf } from './message-id.ts';
import type { NotifierDependencies } from './notify-uploader.ts';

/**
 * Mails the link of a password reset, once, unless it has expired meanwhile. An address the SMTP server refuses for good
 * is logged and not tried again. The token is in the mail alone, never in the log or the database.
 */
export async function mailResetLink(
  reset: RequestedReset,
  { db, smtp, from, publicUrl, log, clock }: NotifierDependencies & Pick<HandlingContext, 'log' | 'clock'>,
): Promise<void> {
  const { resetId, user, expiresAt } = reset;
  if (clock.now() >= new Date(expiresAt)) {
    log.info({ resetId, expiresAt }, 'not mailed: the link has expired');
    return;
  }
  const messageId = messageIdOf(resetId, from);
  const mail = { from, to: { name: user.name, address: user.email }, messageId };
  const sent = await sendOnce(
    db,
    { subjectId: resetId, recipient: user.email, messageId },
    () => smtp.send({ ...mail, ...composeResetMail(reset, { publicUrl }) }),
    () => clock.now(),
  );
  if (sent.state === 'UNDELIVERABLE') log.warn({ resetId, refusal: sent.refusal }, 'the mail was refused for good');
}
