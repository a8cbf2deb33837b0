import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerAddress } from 'smtp-server';
import { waitFor } from './wait-for.ts';

export interface SmtpSinkOptions {
  /** Throw to refuse an address; `refusal(550, …)` gives the error its reply code. */
  onRecipient?(address: string): void | Promise<void>;
  /** Runs when a whole mail has come in, before it is accepted; throw to refuse it, wait to be slow. */
  onMail?(mail: ParsedMail): void | Promise<void>;
  port?: number;
}

export interface SmtpSink {
  url: string;
  port: number;
  /** Every mail accepted so far, oldest first. */
  messages(): ParsedMail[];
  waitFor(predicate: (mail: ParsedMail) => boolean): Promise<ParsedMail>;
  close(): Promise<void>;
}

/** An error that makes the sink answer with that SMTP reply code. */
export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** A real SMTP server on a free port of the loopback interface that keeps what it is sent. The caller closes it. */
export async function startSmtpSink({ onRecipient, onMail, port = 0 }: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const messages: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onRcptTo(address: SMTPServerAddress, _session, done) {
      settle(async () => onRecipient?.(address.address), done);
    },
    onData(stream, _session, done) {
      settle(async () => {
        const mail = await simpleParser(stream);
        await onMail?.(mail);
        messages.push(mail);
      }, done);
    },
  });
  // A client that hangs up in the middle is the test's doing.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.server.address();
  const listening = typeof address === 'object' && address ? address.port : port;
  return {
    url: `smtp://127.0.0.1:${listening}`,
    port: listening,
    messages: () => [...messages],
    waitFor: (predicate) => waitFor(() => messages.find(predicate), { what: 'a mail' }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function settle(work: () => Promise<void>, done: (error?: Error) => void): void {
  work().then(
    () => done(),
    (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
  );
}
