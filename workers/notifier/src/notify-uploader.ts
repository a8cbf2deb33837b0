import { type BodyOf, emailSent, type uploadFinished } from '@tributary/events';
import { type NotificationsDb, sendOnce } from '@tributary/notifications-db';
import type { HandlingContext } from '@tributary/worker';
import { composeMail } from './compose-mail.ts';
import type { Smtp } from './connect-smtp.ts';
import { messageIdOf } from './message-id.ts';

export interface NotifierDependencies {
  readonly db: NotificationsDb;
  readonly smtp: Smtp;
  /** The sender, as `Name <address>` or an address alone. */
  readonly from: string;
  readonly publicUrl: string;
}

/**
 * Sends the mail about an upload unless it was sent before, then tells that it was: again when the message comes again,
 * so that a death in between loses nothing. An address the SMTP server refuses for good is logged and not tried again.
 */
export async function notifyUploader(
  upload: BodyOf<typeof uploadFinished>,
  {
    db,
    smtp,
    from,
    publicUrl,
    publish,
    log,
    clock,
  }: NotifierDependencies & Pick<HandlingContext, 'publish' | 'log' | 'clock'>,
): Promise<void> {
  const { uploadId, uploader } = upload;
  const messageId = messageIdOf(uploadId, from);
  const mail = { from, to: { name: uploader.name, address: uploader.email }, messageId };
  const sent = await sendOnce(
    db,
    { subjectId: uploadId, recipient: uploader.email, messageId },
    () => smtp.send({ ...mail, ...composeMail(upload, { publicUrl }) }),
    () => clock.now(),
  );
  if (sent.state === 'UNDELIVERABLE') {
    log.warn({ uploadId, refusal: sent.refusal }, 'the mail was refused for good');
    return;
  }
  await publish(emailSent, { uploadId, at: sent.at.toISOString(), messageId });
}
