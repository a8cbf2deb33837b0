import { type BodyOf, emailSent, uploadFinished } from '@tributary/events';
import type { HandlingContext } from '@tributary/worker';
import { composeMail } from './compose-mail.ts';
import type { Smtp } from './connect-smtp.ts';
import type { MailSender } from './mail-sender.ts';
import { messageIdOf } from './message-id.ts';

export interface NotifierDependencies {
  readonly mails: MailSender;
  readonly smtp: Smtp;
  /** The sender, as `Name <address>` or an address alone. */
  readonly from: string;
  readonly publicUrl: string;
}

/**
 * Sends the mail about an upload unless it was sent before, then publishes that it was: again when the message comes again,
 * so that a death in between loses nothing. A mail whose recipient the SMTP server rejected is logged and not tried again.
 */
export async function notifyUploader(
  upload: BodyOf<typeof uploadFinished>,
  {
    mails,
    smtp,
    from,
    publicUrl,
    publish,
    log,
    signal,
  }: NotifierDependencies & Pick<HandlingContext, 'publish' | 'log' | 'signal'>,
): Promise<void> {
  const { uploadId, uploader } = upload;
  const messageId = messageIdOf(uploadId, from);
  const mail = { from, to: { name: uploader.name, address: uploader.email }, messageId };
  const sent = await mails.sendOnce(
    { subjectId: uploadId, recipient: uploader.email, messageId },
    (stopping) => smtp.send({ ...mail, ...composeMail(upload, { publicUrl }) }, stopping),
    { signal, request: { type: uploadFinished.type, body: upload } },
  );
  if (sent.state === 'UNDELIVERABLE') {
    log.warn({ uploadId, refusal: sent.refusal }, 'mail undeliverable');
    return;
  }
  await publish(emailSent, { uploadId, at: sent.at.toISOString(), messageId });
}
