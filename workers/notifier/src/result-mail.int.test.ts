import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock as clock, createLog } from '@tributary/core';
import { emailSent, uploadFinished } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { openNotificationsDb } from '@tributary/notifications-db';
import { createTestDatabase, fixedClock, smtpError, startSmtpSink, type TestDatabase } from '@tributary/testing';
import { startWorker } from '@tributary/worker';
import { aFinishedUpload } from '../fixtures/finished-upload.ts';
import { unusedConfig } from '../fixtures/unused-config.ts';
import { openMailJournal } from './mail-journal.ts';
import { createMailSender } from './mail-sender.ts';
import { notifyUploader } from './result-mail.ts';
import { connectSmtp } from './smtp.ts';
import notifier from './worker.ts';

const log = createLog('test', 'silent');
const { signal } = new AbortController();
const rest = {
  ...{ from: 'Tributary <tributary@example.com>', publicUrl: 'http://localhost:4000', log, clock, signal },
  maxMailsPerRecipientPerHour: 100,
};

let database: TestDatabase;
const opened: (() => Promise<unknown> | unknown)[] = [];
beforeAll(async () => {
  database = await createTestDatabase('notifications');
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
afterAll(() => database.drop());

/** As each notifier process opens it for itself. */
function open(smtpUrl: string) {
  const db = openNotificationsDb(database.url);
  const smtp = connectSmtp(smtpUrl);
  const mails = createMailSender({ db, journal: openMailJournal(undefined, log), clock, log });
  opened.push(
    () => db.close(),
    () => smtp.close(),
    () => mails.close(),
  );
  return { db, smtp, securitySmtp: smtp, mails, assertNotRefused: () => undefined };
}

async function openSink(options: Parameters<typeof startSmtpSink>[0] = {}) {
  const sink = await startSmtpSink(options);
  opened.push(() => sink.close());
  return sink;
}

describe('notifier', () => {
  test('handling the same message twice changes nothing: one mail, and it is published again', async () => {
    const sink = await openSink();
    const broker = createMemoryBroker({ acceptUnroutable: true });
    const dependencies = { ...rest, ...open(sink.url) };
    const worker = await startWorker(
      { ...notifier, connect: () => dependencies },
      { broker, config: unusedConfig, clock, log },
    );
    const upload = aFinishedUpload();
    await broker.publish(uploadFinished, upload);
    await broker.publish(uploadFinished, upload);
    await broker.idle();
    await worker.stop();
    expect(sink.messages()).toHaveLength(1);
    const [mail] = sink.messages();
    expect(mail).toMatchObject({
      subject: 'All 3 rows of jobs.csv were imported',
      messageId: `<${upload.uploadId}@example.com>`,
    });
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    const published = broker.sent.filter(({ type }) => type === emailSent.type).map(({ body }) => body);
    expect(published).toHaveLength(2);
    expect(published[0]).toEqual(published[1]);
  });

  test('two notifiers with the same message at once send one mail', async () => {
    const sink = await openSink();
    const upload = aFinishedUpload();
    const published: unknown[] = [];
    const publish = async (_event: unknown, body: unknown) => void published.push(body);
    const notifiers = [open(sink.url), open(sink.url), open(sink.url)];
    const handle = () =>
      Promise.allSettled(notifiers.map((one) => notifyUploader(upload, { ...rest, ...one, publish })));
    const busy = (await handle()).filter(({ status }) => status === 'rejected');
    for (const one of busy) expect(one).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    expect((await handle()).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
    expect(sink.messages()).toHaveLength(1);
    expect(published).toHaveLength(6 - busy.length);
  });

  test('waits while the mail server is down, and sends once it has recovered', async () => {
    const gone = await startSmtpSink();
    await gone.close();
    const upload = aFinishedUpload();
    const published: unknown[] = [];
    const publish = async (_event: unknown, body: unknown) => void published.push(body);
    const dependencies = { ...rest, ...open(gone.url), publish };
    await expect(notifyUploader(upload, dependencies)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(published).toEqual([]);
    const back = await openSink({ port: gone.port });
    await notifyUploader(upload, dependencies);
    expect(back.messages()).toHaveLength(1);
    expect(published).toHaveLength(1);
  });

  test('an address that is not confirmed gets no mail, and none is reported as sent', async () => {
    const sink = await openSink();
    const upload = aFinishedUpload();
    const published: unknown[] = [];
    const publish = async (_event: unknown, body: unknown) => void published.push(body);
    const dependencies = { ...rest, ...open(sink.url), publish };
    await notifyUploader({ ...upload, uploader: { ...upload.uploader, emailConfirmed: false } }, dependencies);
    expect(sink.messages()).toEqual([]);
    expect(published).toMatchObject([{ uploadId: upload.uploadId, reason: 'ADDRESS_NOT_CONFIRMED' }]);
    await notifyUploader({ ...upload, uploader: { ...upload.uploader, emailConfirmed: true } }, dependencies);
    expect([sink.messages().length, published.length]).toEqual([1, 2]);
  });

  test('mails beyond the maximum of a recipient wait until the hour has passed; those of others do not', async () => {
    const sink = await openSink();
    const time = fixedClock();
    const { db, smtp } = open(sink.url);
    const mails = createMailSender({
      db,
      journal: openMailJournal(undefined, log),
      clock: { ...clock, now: time.now },
      log,
    });
    opened.push(() => mails.close());
    const publish = async () => undefined;
    const dependencies = { ...rest, db, smtp, mails, clock: time, publish, maxMailsPerRecipientPerHour: 2 };
    const mailTo = (email: string, upload = aFinishedUpload()) =>
      notifyUploader({ ...upload, uploader: { ...upload.uploader, email } }, dependencies);
    const late = aFinishedUpload();
    await mailTo('burst@example.com');
    await mailTo('burst@example.com');
    await expect(mailTo('burst@example.com', late)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await mailTo('other@example.com');
    expect(sink.messages()).toHaveLength(3);
    time.advance(60 * 60_000);
    await mailTo('burst@example.com', late);
    expect(sink.messages()).toHaveLength(4);
  });

  test("a line break in the uploader's name makes no header and no recipient", async () => {
    const sink = await openSink();
    const upload = aFinishedUpload();
    const name = 'Ann\r\nBcc: eve@example.com\r\nX-Planted: yes';
    const publish = async () => undefined;
    const uploader = { ...upload.uploader, name };
    await notifyUploader({ ...upload, uploader }, { ...rest, ...open(sink.url), publish });
    const [mail] = sink.messages();
    expect(mail?.headers.has('x-planted')).toBe(false);
    expect(mail?.headers.has('bcc')).toBe(false);
    expect(mail?.to).toMatchObject({ value: [{ address: 'ann@example.com' }] });
  });

  test('a server that never answers is UNAVAILABLE after a time, and holds up no later mail', async () => {
    const never = new Promise<void>(() => undefined);
    let isStuck = true;
    const sink = await openSink({ onMail: () => (isStuck ? never : undefined) });
    const smtp = connectSmtp(sink.url, { replyTimeoutMs: 200 });
    opened.push(() => smtp.close());
    const mail = { from: rest.from, to: 'ann@example.com', text: 'Hello' };
    await expect(smtp.send(mail)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isStuck = false;
    expect(await smtp.send(mail)).toEqual({ state: 'SENT' });
  });

  test('a server that refuses for now is UNAVAILABLE; one that rejects the recipient ends it, once', async () => {
    let code = 450;
    let asked = 0;
    const sink = await openSink({
      onRecipient() {
        asked += 1;
        throw smtpError(code, code === 450 ? '4.2.0 try later' : '5.1.1 no such mailbox');
      },
    });
    const upload = aFinishedUpload();
    const published: unknown[] = [];
    const publish = async (_event: unknown, body: unknown) => void published.push(body);
    const dependencies = { ...rest, ...open(sink.url), publish, clock: fixedClock() };
    await expect(notifyUploader(upload, dependencies)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    code = 550;
    await notifyUploader(upload, dependencies);
    await notifyUploader(upload, dependencies);
    expect(asked).toBe(2);
    expect(published).toMatchObject([{ reason: 'UNDELIVERABLE' }, { reason: 'UNDELIVERABLE' }]);
    const email = await dependencies.db.client.email.findUnique({ where: { subjectId: upload.uploadId } });
    expect(email).toMatchObject({
      state: 'UNDELIVERABLE',
      sentAt: null,
      messageType: uploadFinished.type,
      refusal: expect.stringContaining('no such mailbox'),
    });
  });
});
