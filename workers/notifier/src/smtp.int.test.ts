import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startSmtpSink, startTcpProxy, waitFor } from '@tributary/testing';
import { connectSmtp } from './smtp.ts';

const mail = { from: 'a@example.com', to: 'b@example.com', subject: 'A mail', text: 'text' };
const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Command = 'MAIL FROM' | 'RCPT TO' | 'DATA' | 'END';

/** An SMTP server that gives exactly these replies; null is no reply, CLOSE ends the connection. Counts the mails whose end came. */
async function startScriptedSmtp(replies: Partial<Record<Command, string | null>>) {
  const usual = { 'MAIL FROM': '250 OK', 'RCPT TO': '250 OK', DATA: '354 Go on', END: '250 Taken' };
  let ends = 0;
  const onEnd: ((reply: (line: string) => void) => void)[] = [];
  const server: Server = createServer((socket) => {
    let isData = false;
    let text = '';
    const reply = (command: Command) => {
      const line = replies[command] === undefined ? usual[command] : replies[command];
      if (line === 'CLOSE') socket.end();
      else if (line !== null) socket.write(`${line}\r\n`);
    };
    socket.on('error', () => undefined);
    socket.write('220 scripted\r\n');
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (isData) {
        if (!text.endsWith('\r\n.\r\n')) return;
        [isData, text] = [false, ''];
        ends += 1;
        for (const listener of onEnd.splice(0)) listener((line) => void socket.write(`${line}\r\n`));
        return reply('END');
      }
      if (!text.endsWith('\r\n')) return;
      const line = text;
      text = '';
      const command = (['MAIL FROM', 'RCPT TO', 'DATA'] as const).find((start) => line.startsWith(start));
      if (command === undefined) return socket.write('250 OK\r\n');
      isData = command === 'DATA' && replies.DATA === undefined;
      reply(command);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    ends: () => ends,
    /** Resolves at the next whole mail, with what replies to it. */
    nextEnd: () => new Promise<(line: string) => void>((resolve) => onEnd.push(resolve)),
  };
}

function open(url: string, limits: Parameters<typeof connectSmtp>[1] = {}) {
  const smtp = connectSmtp(url, limits);
  closers.push(() => smtp.close());
  return smtp;
}

test('mail is handed over again without a restart after the SMTP server was down, one that was cut while idle included', async () => {
  const sink = await startSmtpSink();
  const proxy = await startTcpProxy(sink.url, 25);
  const smtp = connectSmtp(proxy.proxyUrl(sink.url));
  expect(await smtp.send(mail)).toEqual({ state: 'SENT' });
  await proxy.stop();
  await expect(smtp.send(mail)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await proxy.resume();
  expect(await smtp.send(mail)).toEqual({ state: 'SENT' });
  proxy.resetConnections();
  await waitFor(() => smtp.send(mail), { timeoutMs: 2_000, what: 'the SMTP server' });
  expect(sink.messages()).toHaveLength(3);
  smtp.close();
  await proxy.close();
  await sink.close();
});

describe('a refusal is final only where it is about the recipient', () => {
  test.each<[Command, string]>([
    ['RCPT TO', '550 5.1.1 No such user'],
    ['RCPT TO', '550-5.1.1 The account that you tried to reach\r\n550 5.1.1 does not exist'],
    ['RCPT TO', '556 5.1.10 Recipient address has null MX'],
    ['RCPT TO', '550 5.2.1 Mailbox disabled'],
    ['RCPT TO', '552 5.2.2 Mailbox full'],
    ['DATA', '554 5.1.1 No valid recipients'],
    ['END', '552 5.2.3 Message too large for this mailbox'],
  ])('final: %s %s', async (command, reply) => {
    const server = await startScriptedSmtp({ [command]: reply });
    const refusal = expect.stringContaining(reply.slice(0, 9).trim());
    expect(await open(server.url).send(mail)).toEqual({ state: 'UNDELIVERABLE', refusal });
  });

  test.each<[Command, string]>([
    ['RCPT TO', '554 5.7.1 Relay access denied'],
    ['RCPT TO', '554 5.7.1 Client host rejected'],
    ['RCPT TO', '550 5.7.1 Unauthenticated mail is not accepted'],
    ['RCPT TO', '530 5.7.0 Authentication required'],
    ['RCPT TO', '530 Authentication required'],
    ['RCPT TO', '553 Sender address rejected: not owned by user'],
    ['RCPT TO', '550 5.1.8 Bad sender system address'],
    ['RCPT TO', '553 5.1.7 Bad sender mailbox address'],
    ['RCPT TO', '550 No such user'],
    ['RCPT TO', '551 User not local'],
    ['RCPT TO', '550 5.3.4 Message too big for system'],
    ['RCPT TO', '550 5.4.1 Recipient address rejected: access denied'],
    ['RCPT TO', '503 5.5.1 Bad sequence of commands'],
    ['MAIL FROM', '550 5.1.1 Sender unknown'],
    ['MAIL FROM', '553 5.1.8 Sender address rejected'],
    ['DATA', '554 No valid recipients'],
    ['END', '554 5.6.0 Message content rejected'],
    ['END', '554 5.7.1 Rejected as spam'],
    ['END', '552 Message size exceeds fixed limit'],
  ])('our settings, tried again: %s %s', async (command, reply) => {
    const server = await startScriptedSmtp({ [command]: reply });
    await expect(open(server.url).send(mail)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      name: 'SettingsRefusal',
      reply: expect.stringContaining(reply.slice(0, 3)),
    });
  });

  test.each<[Command, string]>([
    ['MAIL FROM', '451 4.3.2 Try later'],
    ['RCPT TO', '450 4.2.0 Greylisted'],
    ['RCPT TO', '452 4.2.2 Mailbox full'],
    ['RCPT TO', '421 4.7.0 Too many connections'],
    ['END', '451 4.7.1 Try later'],
  ])('temporary: %s %s', async (command, reply) => {
    const server = await startScriptedSmtp({ [command]: reply });
    await expect(open(server.url).send(mail)).rejects.toMatchObject({ code: 'UNAVAILABLE', name: 'AppError' });
  });
});

describe('a mail that the server may have taken', () => {
  test('is waited for past the deadline, instead of being sent again', async () => {
    const deadlineMs = 1_000;
    const server = await startScriptedSmtp({ END: null });
    const ended = server.nextEnd();
    const sending = open(server.url, { deadlineMs }).send(mail);
    const reply = await ended;
    setTimeout(() => reply('250 Taken'), deadlineMs);
    expect(await sending).toEqual({ state: 'SENT' });
    expect(server.ends()).toBe(1);
  });

  test('is sent once by one call when its connection ends before the reply', async () => {
    const server = await startScriptedSmtp({ END: 'CLOSE' });
    await expect(open(server.url).send(mail)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.ends()).toBe(1);
  });

  test('is finished when the process stops; one whose end was not sent is given up and never taken', async () => {
    const slow = await startScriptedSmtp({ END: null });
    const stuck = await startScriptedSmtp({ DATA: null });
    const stopping = new AbortController();
    const ended = slow.nextEnd();
    const first = open(slow.url).send(mail, stopping.signal);
    const reply = await ended;
    const second = open(stuck.url).send(mail, stopping.signal);
    stopping.abort();
    await expect(second).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    reply('250 Taken');
    expect(await first).toEqual({ state: 'SENT' });
    expect({ slow: slow.ends(), stuck: stuck.ends() }).toEqual({ slow: 1, stuck: 0 });
  });
});
