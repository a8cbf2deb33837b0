import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock as clock, createLog } from '@tributary/core';
import { type BodyOf, emailSent, uploadFinished } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { openNotificationsDb } from '@tributary/notifications-db';
import { createTestDatabase, fixedClock, refusal, startSmtpSink, type TestDatabase } from '@tributary/testing';
import { startWorker } from '@tributary/worker';
import { connectSmtp } from './connect-smtp.ts';
import { notifyUploader } from './notify-uploader.ts';
import notifier from './worker.ts';

const log = createLog('test', 'silent');
const rest = { from: 'Tributary <tributary@example.com>', publicUrl: 'http://localhost:4000', log, clock };

let database: TestDatabase;
const opened: (() => Promise<unknown> | unknown)[] = [];
beforeAll(async () => {
  database = await createTestDatabase('notifications');
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
afterAll(() => database.drop());

function anUpload(): BodyOf<typeof uploadFinished> {
  const at = '2026-01-02T03:04:05.678Z';
  const counts = { rowsRead: 3, rowsLoaded: 3, rowsRejected: 0 };
  return {
    uploadId: randomUUID(),
    filename: 'jobs.csv',
    kind: 'JOBS',
    status: 'COMPLETED',
    uploader: { id: randomUUID(), email: 'ann@example.com', name: 'Ann' },
    ...counts,
    failure: null,
    reasons: [],
    receivedAt: at,
    finishedAt: at,
  };
}

/** As each notifier process opens it for itself. */
function open(smtpUrl: string) {
  const db = openNotificationsDb(database.url);
  const smtp = connectSmtp(smtpUrl);
  opened.push(
    () => db.close(),
    () => smtp.close(),
  );
  return { db, smtp };
}

async function openSink(options: Parameters<typeof startSmtpSink>[0] = {}) {
  const sink = await startSmtpSink(options);
  opened.push(() => sink.close());
  return sink;
}

const config = { NOTIFICATIONS_DATABASE_URL: '', SMTP_URL: '', MAIL_FROM: '', PUBLIC_URL: '' };

describe('notifier', () => {
  test('handling the same message twice changes nothing: one mail, and it is told again', async () => {
    const sink = await openSink();
    const broker = createMemoryBroker({ acceptUnroutable: true });
    const dependencies = { ...open(sink.url), from: rest.from, publicUrl: rest.publicUrl };
    const worker = await startWorker({ ...notifier, connect: () => dependencies }, { broker, config, clock, log });
    const upload = anUpload();
    await broker.publish(uploadFinished, upload);
    await broker.publish(uploadFinished, upload);
    await broker.idle();
    await worker.stop();
    expect(sink.messages()).toHaveLength(1);
    const [mail] = sink.messages();
    expect(mail).toMatchObject({ subject: 'jobs.csv is loaded', messageId: `<${upload.uploadId}@example.com>` });
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    const told = broker.sent.filter(({ type }) => type === emailSent.type).map(({ body }) => body);
    expect(told).toHaveLength(2);
    expect(told[0]).toEqual(told[1]);
  });

  test('two notifiers with the same message at once send one mail', async () => {
    const sink = await openSink();
    const upload = anUpload();
    const published: unknown[] = [];
    const publish = async (_event: unknown, body: unknown) => void published.push(body);
    const handle = () => notifyUploader(upload, { ...rest, ...open(sink.url), publish });
    await Promise.all([handle(), handle(), handle()]);
    expect(sink.messages()).toHaveLength(1);
    expect(published).toHaveLength(3);
  });

  test('waits while the mail server is away, and sends when it is back', async () => {
    const gone = await startSmtpSink();
    await gone.close();
    const upload = anUpload();
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

  test("a line break in the uploader's name makes no header and no recipient", async () => {
    const sink = await openSink();
    const upload = anUpload();
    const name = 'Ann\r\nBcc: eve@example.com\r\nX-Planted: yes';
    const publish = async () => undefined;
    const uploader = { ...upload.uploader, name };
    await notifyUploader({ ...upload, uploader }, { ...rest, ...open(sink.url), publish });
    const [mail] = sink.messages();
    expect(mail?.headers.has('x-planted')).toBe(false);
    expect(mail?.headers.has('bcc')).toBe(false);
    expect(mail?.to).toMatchObject({ value: [{ address: 'ann@example.com' }] });
  });

  test('a server that never answers is UNAVAILABLE after the deadline, and holds up no later mail', async () => {
    const never = new Promise<void>(() => undefined);
    let isStuck = true;
    const sink = await openSink({ onMail: () => (isStuck ? never : undefined) });
    const smtp = connectSmtp(sink.url, { deadlineMs: 200 });
    opened.push(() => smtp.close());
    const mail = { from: rest.from, to: 'ann@example.com', text: 'Hello' };
    await expect(smtp.send(mail)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isStuck = false;
    expect(await smtp.send(mail)).toEqual({ state: 'SENT' });
  });

  test('a server that refuses for now is UNAVAILABLE; one that refuses for good ends it, once', async () => {
    let code = 450;
    let asked = 0;
    const sink = await openSink({
      onRecipient() {
        asked += 1;
        throw refusal(code, 'no such mailbox');
      },
    });
    const upload = anUpload();
    const published: unknown[] = [];
    const publish = async (_event: unknown, body: unknown) => void published.push(body);
    const dependencies = { ...rest, ...open(sink.url), publish, clock: fixedClock() };
    await expect(notifyUploader(upload, dependencies)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    code = 550;
    await notifyUploader(upload, dependencies);
    await notifyUploader(upload, dependencies);
    expect(asked).toBe(2);
    expect(published).toEqual([]);
    const email = await dependencies.db.client.email.findUnique({ where: { subjectId: upload.uploadId } });
    expect(email).toMatchObject({
      state: 'UNDELIVERABLE',
      sentAt: null,
      refusal: expect.stringContaining('no such mailbox'),
    });
  });
});
