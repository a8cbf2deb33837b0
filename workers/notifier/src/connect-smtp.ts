import { unavailable } from '@tributary/core';
import type { MailState } from '@tributary/notifications-db';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { z } from 'zod';

export interface Smtp {
  /** Hands a mail over. SENT or, for good, UNDELIVERABLE; UNAVAILABLE when it may work later. */
  send(mail: SendMailOptions): Promise<MailState>;
  close(): void;
}

/** What nodemailer puts on its errors: its own code, the SMTP command it was at, and the server's reply. */
const smtpError = z.looseObject({
  command: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
});

/** A pool of connections to the SMTP server, opened when first needed; together its time-outs stay below a minute. */
export function connectSmtp(url: string): Smtp {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 5,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail(mail);
        return { state: 'SENT' };
      } catch (error) {
        const refusal = refusalForGood(error);
        if (refusal !== null) return { state: 'UNDELIVERABLE', refusal };
        throw unavailable('The mail server does not take the mail at the moment.', { cause: error });
      }
    },
    close: () => transport.close(),
  };
}

/**
 * The server's words when it refuses this recipient or this mail with a 5xx reply. A refused login or sender is our
 * settings' fault, not the mail's: that waits for a person to mend it.
 */
function refusalForGood(error: unknown): string | null {
  const { command, responseCode = 0, response } = smtpError.safeParse(error).data ?? {};
  const isAboutThisMail = command === 'RCPT TO' || command === 'DATA';
  return isAboutThisMail && responseCode >= 500 && responseCode < 600 ? (response ?? String(responseCode)) : null;
}
