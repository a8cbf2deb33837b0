import { unavailable } from '@tributary/core';
import { type BodyOf, type emailReopened, emailSent, emailSkipped, parseBody, uploadFinished } from '@tributary/events';
import { countSentMails, type NotificationsDb, readReopenedMail } from '@tributary/notifications-db';
import type { HandlingContext } from '@tributary/worker';
import { composeMail } from './compose-mail.ts';
import { toHarmlessName, toMessageId } from './mail.ts';
import type { MailSender } from './mail-sender.ts';
import type { Smtp } from './smtp.ts';

export interface NotifierDependencies {
  readonly db: NotificationsDb;
  readonly mails: MailSender;
  readonly smtp: Smtp;
  /** The sender, as `Name <address>` or an address alone. */
  readonly from: string;
  readonly publicUrl: string;
  readonly maxMailsPerRecipientPerHour: number;
}

const hourMs = 60 * 60_000;

/**
 * Sends the mail about an upload unless it was sent before, then publishes that it was: again when the message comes again,
 * so that a death in between loses nothing. A mail whose recipient the SMTP server rejected is logged and not tried again. An
 * unconfirmed address gets no mail. Where none can be sent that is published, so that nobody sends the message again. Beyond the maximum per hour a mail is delayed: UNAVAILABLE until an earlier one is an hour old.
 */
export async function notifyUploader(
  upload: BodyOf<typeof uploadFinished>,
  dependencies: NotifierDependencies & Pick<HandlingContext, 'publish' | 'log' | 'clock' | 'signal'>,
): Promise<void> {
  const { mails, smtp, from, publicUrl, publish, log, clock, signal } = dependencies;
  const { uploadId, uploader } = upload;
  if (uploader.emailConfirmed === false) {
    log.info({ uploadId }, 'mail skipped, address not confirmed');
    await publish(emailSkipped, { uploadId, at: clock.now().toISOString(), reason: 'ADDRESS_NOT_CONFIRMED' });
    return;
  }
  const messageId = toMessageId(uploadId, from);
  const mail = { from, to: { name: toHarmlessName(uploader.name), address: uploader.email }, messageId };
  const sent = await mails.sendOnce(
    { subjectId: uploadId, recipient: uploader.email, messageId },
    async (stopping) => {
      await assertBelowMax(uploader.email, dependencies);
      return smtp.send({ ...mail, ...composeMail(upload, { publicUrl }) }, stopping);
    },
    { signal, request: { type: uploadFinished.type, body: upload } },
  );
  if (sent.state === 'UNDELIVERABLE') {
    log.warn({ uploadId, refusal: sent.refusal }, 'mail undeliverable');
    await publish(emailSkipped, { uploadId, at: sent.at.toISOString(), reason: 'UNDELIVERABLE' });
    return;
  }
  await publish(emailSent, { uploadId, at: sent.at.toISOString(), messageId });
}

/** Mails in flight are not counted, so a burst may exceed the maximum by as many. */
async function assertBelowMax(
  recipient: string,
  { db, clock, maxMailsPerRecipientPerHour: max }: NotifierDependencies & Pick<HandlingContext, 'clock'>,
): Promise<void> {
  const sent = await countSentMails(db, recipient, new Date(clock.now().getTime() - hourMs));
  if (sent >= max) throw unavailable(`The recipient was sent ${sent} mails within the hour.`);
}

/** Sends a mail that an operator reopened, as its first message asked for it; does nothing once it is settled again. */
export async function resendMail(
  { subjectId }: BodyOf<typeof emailReopened>,
  dependencies: NotifierDependencies & HandlingContext,
): Promise<void> {
  const request = await readReopenedMail(dependencies.db, subjectId);
  if (request === null) {
    dependencies.log.info({ subjectId }, 'mail already settled');
    return;
  }
  // The first message may be one of an earlier version.
  const { data, error } = parseBody(uploadFinished, uploadFinished.type, request.body);
  if (error) throw error;
  await notifyUploader(data, dependencies);
}
