import { z } from 'zod';
import { defineEvent } from './define-event.ts';

/** The mail about an upload was accepted by the SMTP server. */
export const emailSent = defineEvent(
  'notifications.email.sent',
  z.object({ uploadId: z.uuid(), at: z.iso.datetime(), messageId: z.string() }),
);

/** The owner of a finished upload gets no mail: the address is not confirmed, or the SMTP server rejected the recipient. */
export const emailSkipped = defineEvent(
  'notifications.email.skipped',
  z.object({
    uploadId: z.uuid(),
    at: z.iso.datetime(),
    reason: z.enum(['ADDRESS_NOT_CONFIRMED', 'UNDELIVERABLE']),
  }),
);

/** An operator asked for an undeliverable mail to be sent again. `subjectId` is what the mail is about. */
export const emailReopened = defineEvent('notifications.email.reopened', z.object({ subjectId: z.uuid() }));
