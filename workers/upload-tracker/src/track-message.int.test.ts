import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock as clock, createLog } from '@tributary/core';
import { emailSent, loadCompleted, loadFailed, loadProgressed, loadStarted, queriesRefreshed } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { openTestDatabase } from '@tributary/testing';
import { acceptUpload, createFactRecorder, openIntake, openUploadsDb } from '@tributary/uploads-db';
import { type RunningWorker, startWorker } from '@tributary/worker';
import tracker from './worker.ts';

const log = createLog('test', 'silent');
const at = '2026-01-02T03:04:05.678Z';
const counts = { rowsRead: 3, rowsLoaded: 2, rowsRejected: 1 };
const completed = { at, ...counts, reasons: [], awaits: [queriesRefreshed.type], version: 7 };

const { db, close } = await openTestDatabase('uploads', openUploadsDb);
afterAll(close);

let broker: ReturnType<typeof createMemoryBroker>;
let worker: RunningWorker;
let signalled: string[];
let nudges: number;
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
  const config = { UPLOADS_DATABASE_URL: '', REDIS_URL: '', RABBITMQ_URL: '', TRIBUTARY_INSTANCE: '' };
  worker = await startWorker(
    { ...tracker, connect: () => ({ db, recorder: createFactRecorder(db, clock), signals, relay }) },
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
    await broker.publish(loadStarted, { uploadId, at });
    await broker.publish(loadProgressed, { uploadId, at, rowsRead: 2, rowsLoaded: 2, rowsRejected: 0, percent: 50 });
    await broker.publish(loadCompleted, { uploadId, ...completed });
    await broker.publish(queriesRefreshed, { uploadId, at, version: 7 });
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
      await broker.publish(loadStarted, { uploadId, at });
      await broker.publish(loadCompleted, { uploadId, ...completed });
      await broker.publish(queriesRefreshed, { uploadId, at, version: 7 });
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
    await broker.publish(queriesRefreshed, { uploadId, at, version: 7 });
    await broker.idle();
    expect((await recordOf(uploadId)).upload.status).toBe('RECEIVED');
    await broker.publish(loadCompleted, { uploadId, ...completed });
    await broker.idle();
    expect((await recordOf(uploadId)).upload.status).toBe('COMPLETED');
  });

  test('follows a worker of another database without a change', async () => {
    const uploadId = await anUpload();
    const videos = { ...loadFailed, routingKey: () => 'videos.load.failed', type: 'videos.load.failed' };
    await broker.publish(videos, { uploadId, at, ...counts, failure: 'The video has no sound.', reasons: [] });
    await broker.idle();
    expect((await recordOf(uploadId)).upload).toMatchObject({ status: 'FAILED', failure: 'The video has no sound.' });
  });

  test('drops a message about an upload that does not exist', async () => {
    await broker.publish(loadStarted, { uploadId: randomUUID(), at });
    await broker.idle();
    expect(broker.deadLetters('upload-tracker')).toEqual([]);
    expect(signalled).toEqual([]);
  });
});
