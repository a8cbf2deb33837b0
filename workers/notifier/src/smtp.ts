import { randomUUID } from 'node:crypto';
import { Transform } from 'node:stream';
import { AppError, unavailable } from '@tributary/core';
import type { MailState } from '@tributary/notifications-db';
import { inSpan } from '@tributary/tracing';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { readRefusal } from './smtp-reply.ts';

export interface Smtp {
  /**
   * Hands a mail over. Resolves with SENT, or with UNDELIVERABLE when the recipient was rejected; throws UNAVAILABLE when the
   * mail must be tried again. Once `signal` is aborted, a mail whose end was not sent yet is given up; after that the
   * server may have taken it, and its reply is waited for.
   */
  send(mail: SendMailOptions, signal?: AbortSignal): Promise<MailState>;
  close(): void;
}

/** The server refuses mail as we send it: to be retried like UNAVAILABLE, and to be reported to an operator. */
export class SettingsRefusal extends AppError {
  readonly reply: string;

  constructor(reply: string, cause: unknown) {
    super('UNAVAILABLE', 'The mail server refuses our mail; its settings or ours must be changed.', { cause });
    this.name = 'SettingsRefusal';
    this.reply = reply;
  }
}

interface SmtpLimits {
  /** Time for everything up to the end of the mail. */
  readonly deadlineMs?: number;
  /**
   * Time for the reply to a whole mail. Long, as RFC 5321 (4.5.3.2.6) asks for: a server that takes a mail after we gave up
   * waiting gets a copy with each attempt.
   */
  readonly replyTimeoutMs?: number;
  readonly maxConnections?: number;
}

/** A mail on its way. `end` runs right before its last line, and throws once the mail was given up. */
interface Transfer {
  end(): void;
  gate: Transform | null;
}

/** Connects to the SMTP server when first needed, and keeps the connections. The caller closes it. */
export function connectSmtp(
  url: string,
  { deadlineMs = 40_000, replyTimeoutMs = 300_000, maxConnections = 5 }: SmtpLimits = {},
): Smtp {
  const transfers = new Map<string, Transfer>();
  let transport = openPool();
  return {
    send: (mail, signal) =>
      inSpan('SMTP send', { kind: 'client', attributes: { 'server.address': new URL(url).hostname } }, async (span) => {
        const messageId = mail.messageId ?? `<${randomUUID()}@tributary.invalid>`;
        const state = await deliver({ ...mail, messageId }, signal);
        span.setAttribute('tributary.mail.state', state.state);
        return state;
      }),
    close: () => transport.close(),
  };

  function openPool() {
    const pool = createTransport({
      url,
      pool: true,
      maxConnections,
      // Whether a mail is sent again is the caller's decision: the server may have taken it.
      maxRequeues: 0,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: replyTimeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    pool.use('stream', (mail, done) => {
      const transfer = transfers.get(String(mail.data.messageId));
      if (transfer) mail.message.transform(() => openGate(transfer));
      done();
    });
    return pool;
  }

  async function deliver(mail: SendMailOptions & { messageId: string }, signal?: AbortSignal): Promise<MailState> {
    const used = transport;
    const abandoned = new AbortController();
    const handover: Transfer = { gate: null, end: () => abandoned.signal.throwIfAborted() };
    transfers.set(mail.messageId, handover);
    try {
      await new Promise<unknown>((resolve, reject) => {
        const abandon = (reason: string) => {
          const error = new Error(reason);
          abandoned.abort(error);
          handover.gate?.destroy(error);
          // What is stuck before the mail's first byte ends with its connection, and no later mail waits for that.
          if (transport === used) transport = openPool();
          used.close();
          reject(error);
        };
        const stop = () => abandon('The process stops.');
        const timer = setTimeout(() => abandon(`The mail was not handed over within ${deadlineMs} ms.`), deadlineMs);
        const settle = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', stop);
        };
        handover.end = () => {
          abandoned.signal.throwIfAborted();
          settle();
        };
        signal?.addEventListener('abort', stop, { once: true });
        if (signal?.aborted) stop();
        else used.sendMail(mail).then(resolve, reject).finally(settle);
      });
      return { state: 'SENT' };
    } catch (error) {
      const { reason, reply } = readRefusal(error);
      if (reason === 'recipient') return { state: 'UNDELIVERABLE', refusal: reply };
      if (reason === 'settings') throw new SettingsRefusal(reply, error);
      throw unavailable('The mail server does not take the mail at the moment.', { cause: error });
    } finally {
      transfers.delete(mail.messageId);
    }
  }
}

/** The last stage a mail passes before its connection: what is given up here was never whole, so the server drops it. */
function openGate(transfer: Transfer): Transform {
  const gate = new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush(done) {
      try {
        transfer.end();
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  transfer.gate = gate;
  return gate;
}
