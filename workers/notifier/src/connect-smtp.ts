import { unavailable } from '@tributary/core';
import type { MailState } from '@tributary/notifications-db';
import { inSpan } from '@tributary/tracing';
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

/**
 * Connects to the SMTP server when first needed, and keeps the connections. A mail that is not handed over within
 * `deadlineMs` is UNAVAILABLE, even if the server keeps the connection busy; should it take that mail later after all,
 * the next attempt's mail has the same message id.
 */
export function connectSmtp(url: string, { deadlineMs = 40_000 }: { deadlineMs?: number } = {}): Smtp {
  let transport = openPool(url);
  return {
    send: (mail) =>
      inSpan('SMTP send', { kind: 'client', attributes: { 'server.address': new URL(url).hostname } }, async (span) => {
        const state = await handOver(mail);
        span.setAttribute('tributary.mail.state', state.state);
        return state;
      }),
    close: () => transport.close(),
  };

  async function handOver(mail: SendMailOptions): Promise<MailState> {
    const used = transport;
    try {
      await beforeDeadline(used.sendMail(mail), deadlineMs, () => {
        // nodemailer cannot end a mail in hand: its connection closes after it, and no later mail waits for that.
        if (transport === used) transport = openPool(url);
        used.close();
      });
      return { state: 'SENT' };
    } catch (error) {
      const refusal = refusalForGood(error);
      if (refusal !== null) return { state: 'UNDELIVERABLE', refusal };
      throw unavailable('The mail server does not take the mail at the moment.', { cause: error });
    }
  }
}

/** The time-outs here are for one step each, and a server that trickles passes them all. */
function openPool(url: string) {
  return createTransport({
    url,
    pool: true,
    maxConnections: 5,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

async function beforeDeadline(work: Promise<unknown>, deadlineMs: number, giveUp: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      giveUp();
      reject(new Error(`The mail was not handed over within ${deadlineMs} ms.`));
    }, deadlineMs);
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
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
