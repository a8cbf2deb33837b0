import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock as clock, createLog } from '@tributary/core';
import { emailSent, emailSkipped, employmentResults, workEvents } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { Registry } from '@tributary/metrics';
import { openTestDatabase } from '@tributary/testing';
import {
  acceptUpload,
  createStatusRecorder,
  openIntake,
  openUploadsDb,
  recordUpdates,
  toWorkResult,
} from '@tributary/uploads-db';
import { type RunningWorker, startWorker } from '@tributary/worker';
import { startReconciler } from './reconciler.ts';
import tracker from './worker.ts';

const log = createLog('test', 'silent');
const at = '2026-01-02T03:04:05.678Z';
const counts = { rowsRead: 3, rowsLoaded: 2, rowsRejected: 1 };
const work = workEvents('csv-loader');
const completed = { at, counts, conditions: [employmentResults], version: 7 };
const { settled } = workEvents('query-refresher');
const holds = { at, condition: employmentResults, version: 7 };

const { db, close } = await openTestDatabase('uploads', openUploadsDb);
afterAll(close);

let broker: ReturnType<typeof createMemoryBroker>;
let worker: RunningWorker;
let signalled: string[];
let nudges: number;
let reconciler: ReturnType<typeof startReconciler> | undefined;
beforeEach(async () => {
  [broker, signalled, nudges] = [createMemoryBroker(), [], 0];
  const signals = {
    signal: ({ uploadId }: { uploadId: string }) => signalled.push(uploadId),
    ping: async () => 'PONG',
    close: async () => undefined,
  };
  const relay = {
    nudge: () => {
      nudges += 1;
    },
    stop: async () => undefined,
  };
  const config = {
    UPLOADS_DATABASE_URL: '',
    REDIS_URL: '',
    TRIBUTARY_INSTANCE: '',
    RECONCILE_AFTER_MS: 1,
  };
  worker = await startWorker(
    { ...tracker, connect: () => ({ db, recorder: createStatusRecorder(db, clock), signals, relay }) },
    { broker, config, clock, log },
  );
});
afterEach(() => worker.stop());

async function anUpload(): Promise<string> {
  const id = randomUUID();
  const owner = { id: randomUUID(), email: 'ann@example.com', name: 'Ann' };
  const now = new Date();
  const intake = { id, ownerId: owner.id, kind: 'JOBS', idempotencyKey: null, leaseUntil: now };
  await openIntake(db, intake, { now, deleteFile: async () => undefined });
  const file = { filename: 'jobs.csv', kind: 'JOBS', bytes: 12, sha256: 'a'.repeat(64) };
  return (await acceptUpload(db, { intakeId: id, owner, ...file }, now)).id;
}

async function recordOf(uploadId: string) {
  const upload = await db.client.upload.findUniqueOrThrow({ where: { id: uploadId } });
  const events = await db.client.uploadEvent.findMany({ where: { uploadId }, orderBy: { cursor: 'asc' } });
  const finished = await db.client.outboxMessage.findMany({ where: { uploadId, type: 'uploads.upload.finished' } });
  return { upload, events, finished };
}

describe('upload-tracker', () => {
  test('turns the messages of a load into its log, ends it once, and signals each time', async () => {
    const uploadId = await anUpload();
    await broker.publish(work.started, { uploadId, at });
    await broker.publish(work.progressed, {
      uploadId,
      at,
      counts: { rowsRead: 2, rowsLoaded: 2, rowsRejected: 0 },
      percent: 50,
    });
    await broker.publish(work.completed, { uploadId, ...completed });
    await broker.publish(settled, { uploadId, ...holds });
    await broker.idle();
    const { upload, events, finished } = await recordOf(uploadId);
    expect(upload).toMatchObject({ status: 'COMPLETED', ...counts, percent: 100 });
    expect(events.map(({ cursor }) => cursor)).toEqual(events.map((_, index) => index + 1));
    expect([...new Set(events.map(({ status }) => status))]).toEqual([
      'RECEIVED',
      'QUEUED',
      'PROCESSING',
      'LOADED',
      'COMPLETED',
    ]);
    expect(finished).toHaveLength(1);
    expect(signalled).toEqual([uploadId, uploadId, uploadId, uploadId]);
    expect(nudges).toBeGreaterThan(0);
  });

  test('handling the same message twice changes nothing', async () => {
    const uploadId = await anUpload();
    const messages = async () => {
      await broker.publish(work.started, { uploadId, at });
      await broker.publish(work.completed, { uploadId, ...completed });
      await broker.publish(settled, { uploadId, ...holds });
      await broker.publish(emailSent, { uploadId, at, messageId: '<m@example.com>' });
      await broker.idle();
    };
    await messages();
    const once = await recordOf(uploadId);
    await messages();
    expect(await recordOf(uploadId)).toEqual(once);
    expect(once.upload.notifiedAt).toEqual(new Date(at));
  });

  test('an answer that overtakes its load is kept until the load is known', async () => {
    const uploadId = await anUpload();
    await broker.publish(settled, { uploadId, ...holds });
    await broker.idle();
    expect((await recordOf(uploadId)).upload.status).toBe('RECEIVED');
    await broker.publish(work.completed, { uploadId, ...completed });
    await broker.idle();
    expect((await recordOf(uploadId)).upload.status).toBe('COMPLETED');
  });

  test('follows any worker without a change', async () => {
    const uploadId = await anUpload();
    const { failed } = workEvents('media-converter');
    await broker.publish(failed, { uploadId, at, counts: {}, code: 'NO_SOUND', failure: 'The video has no sound.' });
    await broker.idle();
    expect((await recordOf(uploadId)).upload).toMatchObject({ status: 'FAILED', failure: 'The video has no sound.' });
  });

  test('completes an upload that awaits two conditions after both', async () => {
    const uploadId = await anUpload();
    await broker.publish(work.completed, { uploadId, ...completed, conditions: [employmentResults, 'videos.index'] });
    for (let repeated = 0; repeated < 2; repeated++) await broker.publish(settled, { uploadId, ...holds });
    await broker.idle();
    expect((await recordOf(uploadId)).upload.status).toBe('LOADED');
    await broker.publish(settled, { uploadId, ...holds, condition: 'videos.index' });
    await broker.idle();
    expect((await recordOf(uploadId)).upload.status).toBe('COMPLETED');
  });

  test('keeps the counts, problems, result files and summary of any kind of work', async () => {
    const uploadId = await anUpload();
    const { progressed, completed: ended } = workEvents('media-converter');
    const problems = [{ line: null, column: null, code: 'NO_TITLE', message: 'The video has no title.', raw: null }];
    const resultFiles = [{ name: 'sound.mp3', mediaType: 'audio/mpeg', bytes: 7 }];
    const summary = 'holiday.mp4 is now an mp3 of 1:23.';
    await broker.publish(progressed, { uploadId, at, counts: { seconds: 40 }, percent: 50, message: 'Converting.' });
    await broker.publish(ended, {
      uploadId,
      at,
      counts: { seconds: 83 },
      problems,
      problemCount: 1,
      resultFiles,
      summary,
    });
    await broker.idle();
    const { upload, events, finished } = await recordOf(uploadId);
    expect(upload).toMatchObject({ status: 'COMPLETED', rowsRead: 0, problemCount: 1, summary });
    expect(toWorkResult(upload)).toEqual({ counts: { seconds: 83 }, problems, problemCount: 1, resultFiles });
    expect(events.map(({ status, message }) => [status, message]).slice(-3)).toEqual([
      ['PROCESSING', 'Converting.'],
      ['LOADED', summary],
      ['COMPLETED', null],
    ]);
    expect(JSON.parse(finished[0]?.body ?? '').notice.facts).toEqual([{ label: 'Seconds', value: '83' }]);
  });

  test('records the work that the previous version reported', async () => {
    const uploadId = await anUpload();
    const former = async (type: string, body: object) => {
      await broker.send({ messageId: randomUUID(), type, routingKey: type, body: { uploadId, at, ...body } });
      await broker.idle();
    };
    await former('employment.load.started', {});
    await former('employment.load.progressed', { rowsRead: 2, rowsLoaded: 2, rowsRejected: 0, percent: 50 });
    const awaits = ['employment.queries.refreshed'];
    await former('employment.load.completed', { ...counts, reasons: [], awaits, version: 7 });
    expect((await recordOf(uploadId)).upload).toMatchObject({ status: 'LOADED', ...counts });
    await former('employment.queries.refreshed', { version: 7 });
    expect((await recordOf(uploadId)).upload).toMatchObject({ status: 'COMPLETED', ...counts });
  });

  test('an upload whose message was lost is sent again', async () => {
    const uploadId = await anUpload();
    await recordUpdates(db, uploadId, { type: 'queued' }, new Date());
    await db.client.outboxMessage.deleteMany({ where: { uploadId } });
    const metrics = new Registry();
    const resent = new Promise<void>((resolve) => {
      const relay = { nudge: resolve };
      const afterMs = 1;
      reconciler = startReconciler({ db, clock, log, metrics, relay, afterMs });
    });
    await resent;
    await reconciler?.stop();
    const [message] = await db.client.outboxMessage.findMany({ where: { uploadId } });
    expect(message).toMatchObject({ type: 'uploads.upload.accepted', routingKey: 'uploads.upload.accepted.jobs' });
    expect(await metrics.metrics()).toMatch(/tributary_uploads_resent_total [1-9]/);
  });

  test('a notice is sent again until the notifier reports that its mail was sent or skipped', async () => {
    const [mailed, skipped] = [await anUpload(), await anUpload()];
    for (const uploadId of [mailed, skipped]) await broker.publish(work.completed, { uploadId, at, counts });
    await broker.idle();
    for (const uploadId of [mailed, skipped]) {
      expect((await recordOf(uploadId)).upload.noticePendingSince).not.toBeNull();
    }
    await broker.publish(emailSent, { uploadId: mailed, at, messageId: '<m@example.com>' });
    await broker.publish(emailSkipped, { uploadId: skipped, at, reason: 'UNDELIVERABLE' });
    await broker.idle();
    expect((await recordOf(mailed)).upload).toMatchObject({ noticePendingSince: null, notifiedAt: new Date(at) });
    expect((await recordOf(skipped)).upload).toMatchObject({ noticePendingSince: null, notifiedAt: null });
  });

  test('drops a message about an upload that does not exist', async () => {
    await broker.publish(work.started, { uploadId: randomUUID(), at });
    await broker.idle();
    expect(broker.deadLetters('upload-tracker')).toEqual([]);
    expect(signalled).toEqual([]);
  });
});
