import { z } from 'zod';

/**
 * Why the SMTP server did not take a mail: the recipient is wrong and no later attempt can succeed; the server refuses mail
 * as we send it, which an operator must change; or it may take the mail later.
 */
export type RefusalReason = 'recipient' | 'settings' | 'temporary';

export interface SmtpRefusal {
  readonly reason: RefusalReason;
  /** The server's reply, or the error where there was none. */
  readonly reply: string;
}

/** The fields that nodemailer adds to its errors: the SMTP command that failed, and the server's reply. */
const smtpError = z.looseObject({
  message: z.string().optional(),
  command: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
});

/** 5.1.x is about an address, 5.2.x about a mailbox (RFC 3463). */
const aboutMailbox = /^5\d\d[ -]5\.([12])\.(\d{1,3})\b/m;
/** These two of 5.1.x are about the sender's address. */
const aboutSender = new Set(['1.7', '1.8']);

/**
 * Reads an error of nodemailer. Only a 5xx reply to RCPT TO or DATA whose enhanced status code is 5.1.x or 5.2.x is about the
 * recipient. Any other 5xx counts as our settings: servers answer a refused relay, client or sender with the same
 * basic codes as an unknown mailbox, and a mail that waits can still be sent once the settings are right.
 */
export function readRefusal(error: unknown): SmtpRefusal {
  const { message, command = '', responseCode = 0, response } = smtpError.safeParse(error).data ?? {};
  const reply = response ?? message ?? String(error);
  if (responseCode < 500 || responseCode > 599) return { reason: 'temporary', reply };
  const [, subject, detail] = aboutMailbox.exec(reply) ?? [];
  const isRecipient =
    (command === 'RCPT TO' || command === 'DATA') && subject !== undefined && !aboutSender.has(`${subject}.${detail}`);
  return { reason: isRecipient ? 'recipient' : 'settings', reply };
}
