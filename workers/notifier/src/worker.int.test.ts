import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { systemClock as clock, createLog } from '@tributary/core';
import { emailReopened, emailSent, resetRequested, uploadFinished } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { Registry } from '@tributary/metrics';
import { listStoppedMails, openNotificationsDb, resendMails } from '@tributary/notifications-db';
import { createTestDatabase, smtpError, startSmtpSink, type TestDatabase, waitFor } from '@tributary/testing';
import { startWorker, watchWorker } from '@tributary/worker';
import { aFinishedUpload } from '../fixtures/finished-upload.ts';
import notifier from './worker.ts';

const log = createLog('test', 'silent');

let database: TestDatabase;
const closers: (() => Promise<unknown> | unknown)[] = [];
beforeAll(async () => {
  database = await createTestDatabase('notifications');
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => database.drop());

/** A whole notifier with a mail server of its own. */
async function start(options: Parameters<typeof startSmtpSink>[0]) {
  const sink = await startSmtpSink(options);
  closers.push(() => sink.close());
  const broker = createMemoryBroker({ acceptUnroutable: true });
  const metrics = new Registry();
  const watch = watchWorker(notifier, { broker, clock, log });
  closers.push(() => watch.stop());
  const config = {
    NOTIFICATIONS_DATABASE_URL: database.url,
    SMTP_URL: sink.url,
    MAIL_FROM: 'tributary@example.com',
    PUBLIC_URL: 'http://localhost:4000',
    MAIL_JOURNAL_DIR: undefined,
    MAX_MAILS_PER_RECIPIENT_PER_HOUR: 100,
  };
  const worker = await startWorker(notifier, { broker, config, clock, log, watch, metrics });
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= worker.stop();
    return stopped;
  };
  closers.push(stop);
  await waitFor(() => watch.waitingFor().length === 0, { what: 'readiness' });
  return { sink, broker, watch, stop, metrics };
}

/** Lets mails that hold the word wait until `release` is called. */
function holdMails(word: string) {
  let release: () => void = () => undefined;
  let held = 0;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const onMail = async ({ subject }: { subject?: string | undefined }) => {
    if (!subject?.includes(word)) return;
    held += 1;
    await released;
  };
  return { onMail, release: () => release(), held: () => held };
}

test('a link to a new password does not wait behind mails of results that take long', async () => {
  const slow = holdMails('jobs.csv');
  const { sink, broker } = await start({ onMail: slow.onMail });
  for (let mail = 0; mail < 7; mail += 1) await broker.publish(uploadFinished, aFinishedUpload());
  await waitFor(() => slow.held() === 5, { what: 'five mails that take long' });
  await broker.publish(resetRequested, {
    resetId: randomUUID(),
    user: { email: 'bob@example.com', name: 'Bob' },
    token: 'a'.repeat(43),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
  await sink.waitFor(({ text }) => text?.includes('#token=') ?? false);
  slow.release();
  await broker.idle();
  expect(sink.messages()).toHaveLength(8);
});

test('mails that take long leave it ready, and a stop waits for them: none is sent twice', async () => {
  const slow = holdMails('jobs.csv');
  const { sink, broker, watch, stop } = await start({ onMail: slow.onMail });
  for (let mail = 0; mail < 5; mail += 1) await broker.publish(uploadFinished, aFinishedUpload());
  await waitFor(() => slow.held() === 5, { what: 'five mails that take long' });
  const stopping = stop();
  // As long as a stop looks for what is missing before it hands deliveries back.
  await clock.sleep(600);
  expect(watch.waitingFor()).toEqual([]);
  slow.release();
  await stopping;
  expect(sink.messages()).toHaveLength(5);
  expect(broker.sent.filter(({ type }) => type === emailSent.type)).toHaveLength(5);
});

test('mails that our settings stop are kept, show in readiness and metrics, and go out once the settings are right', async () => {
  let reply: string | null = '5.7.1 Relay access denied';
  const onRecipient = () => {
    if (reply !== null) throw smtpError(554, reply);
  };
  const { sink, broker, watch, metrics } = await start({ onRecipient });
  for (let mail = 0; mail < 3; mail += 1) await broker.publish(uploadFinished, aFinishedUpload());
  await waitFor(() => watch.waitingFor().includes('the mail server'), { what: 'the mail server in readiness' });
  expect(await metrics.metrics()).toMatch(/mail_seconds_count\{outcome="refused_by_settings"\} [3-9]/);
  reply = null;
  await broker.idle();
  expect(sink.messages()).toHaveLength(3);
  await waitFor(() => watch.waitingFor().length === 0, { what: 'readiness' });
});

test('an undeliverable mail is listed, and sent when an operator resends it', async () => {
  let reply: string | null = '5.1.1 No such user';
  const onRecipient = () => {
    if (reply !== null) throw smtpError(550, reply);
  };
  const { sink, broker } = await start({ onRecipient });
  const upload = aFinishedUpload();
  await broker.publish(uploadFinished, upload);
  await broker.idle();
  const db = openNotificationsDb(database.url);
  closers.push(() => db.close());
  const mine = async () => (await listStoppedMails(db)).filter(({ subjectId }) => subjectId === upload.uploadId);
  expect(await mine()).toMatchObject([
    { recipient: 'ann@example.com', refusal: expect.stringContaining('5.1.1'), canBeResent: true },
  ]);
  const announce = (subjectId: string) => broker.publish(emailReopened, { subjectId });
  expect(await resendMails(db, [upload.uploadId, randomUUID()], announce)).toEqual([upload.uploadId]);
  await broker.idle();
  expect(await mine()).toMatchObject([{ refusal: expect.stringContaining('5.1.1') }]);
  reply = null;
  expect(await resendMails(db, 'all', announce)).toContain(upload.uploadId);
  await announce(upload.uploadId);
  await broker.idle();
  expect(sink.messages().filter(({ messageId }) => messageId?.includes(upload.uploadId))).toHaveLength(1);
  expect(broker.sent).toContainEqual(expect.objectContaining({ type: emailSent.type }));
  expect(await mine()).toEqual([]);
});
