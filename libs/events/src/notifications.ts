import { z } from 'zod';
import { defineEvent } from './define-event.ts';

/** The mail about an upload was accepted by the SMTP server. */
export const emailSent = defineEvent(
  'notifications.email.sent',
  z.object({ uploadId: z.uuid(), at: z.iso.datetime(), messageId: z.string() }),
);
