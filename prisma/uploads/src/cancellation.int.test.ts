import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openTestDatabase } from '@tributary/testing';
import { acceptUpload } from './accept-upload.ts';
import { requestCancel } from './cancellation.ts';
import { openUploadsDb } from './client.ts';
import { openIntake } from './intakes.ts';
import { findStuckUploads, resendPendingNotices, resendStaleUploads, resendUpload } from './stale-uploads.ts';
import { recordUpdates } from './status-recorder.ts';
import type { StatusUpdate } from './status-update.ts';
import { deleteUploadRecord } from './upload-deletion.ts';

let databaseUrl = '';
const { db, close } = await openTestDatabase('uploads', (url) => {
  databaseUrl = url;
  return openUploadsDb(url);
});
afterAll(close);

const uploadsScript = fileURLToPath(new URL('../../../scripts/uploads.mjs', import.meta.url));
const uploadsCommand = async (...args: string[]) => {
  const env = { ...process.env, UPLOADS_DATABASE_URL: databaseUrl };
  return (await promisify(execFile)(process.execPath, [uploadsScript, ...args], { env })).stdout;
};

const begin = new Date('2026-01-01T00:00:00Z');
const later = (minutes: number) => new Date(begin.getTime() + minutes * 60_000);
const owner = { id: randomUUID(), email: 'ann@example.com', name: 'Ann' };
const counts = { rowsRead: 3, rowsLoaded: 2, rowsRejected: 1 };
const loaded: StatusUpdate = { type: 'loaded', counts, problems: [], conditions: ['x'], version: 7 };
const deadLetter: StatusUpdate = { type: 'delayed', message: 'Loading failed repeatedly.', deadLettered: true };

/** An upload whose message the broker has. */
async function anUpload(kind = 'JOBS', facts: readonly StatusUpdate[] = []): Promise<string> {
  const id = randomUUID();
  const intake = { id, ownerId: owner.id, kind, idempotencyKey: null, leaseUntil: later(1) };
  await openIntake(db, intake, { now: begin, deleteFile: async () => undefined });
  await acceptUpload(db, { intakeId: id, owner, filename: 'f.csv', kind, bytes: 1, sha256: 'a'.repeat(64) }, begin);
  await db.client.outboxMessage.deleteMany({ where: { uploadId: id } });
  await recordUpdates(db, id, [{ type: 'queued' }, ...facts], begin);
  return id;
}

const messagesOf = async (uploadId: string) =>
  (await db.client.outboxMessage.findMany({ where: { uploadId }, orderBy: { id: 'asc' } })).map(({ type, body }) => ({
    type,
    body: JSON.parse(body),
  }));
const lastEvent = (uploadId: string) =>
  db.client.uploadEvent.findFirst({ where: { uploadId }, orderBy: { cursor: 'desc' } });
const resend = (minutes: number, limit = 100) =>
  resendStaleUploads(db, { now: later(minutes), afterMs: 300_000, limit });
const idsOf = (uploads: readonly { id: string }[]) => uploads.map(({ id }) => id);

describe('requestCancel', () => {
  test('is recorded with an event and one message, however often it is asked', async () => {
    const id = await anUpload();
    const [first] = await Promise.all([requestCancel(db, id, later(1)), requestCancel(db, id, later(1))]);
    expect(first).toMatchObject({ status: 'QUEUED', cancelRequestedAt: later(1) });
    expect(await lastEvent(id)).toMatchObject({
      status: 'QUEUED',
      message: 'The upload is being cancelled.',
      cursor: 3,
    });
    const body = {
      uploadId: id,
      kind: 'JOBS',
      sequence: Number(first?.sequence),
      uploader: { ...owner, emailConfirmed: true },
    };
    expect(await messagesOf(id)).toEqual([
      { type: 'uploads.upload.cancelled', body: { ...body, at: later(1).toISOString() } },
    ]);
  });

  test('becomes CANCELLED with its counts once the results include them, and stays so', async () => {
    const id = await anUpload();
    await requestCancel(db, id, later(1));
    const message = 'The upload was cancelled. 2 rows were imported before that and stay.';
    await recordUpdates(db, id, { ...loaded, type: 'cancelled', summary: message, at: later(2) }, later(2));
    expect(await db.client.upload.findUnique({ where: { id } })).toMatchObject({ status: 'PROCESSING', ...counts });
    await recordUpdates(db, id, { type: 'settled', condition: 'x', version: 7, at: later(3) }, later(3));
    expect(await lastEvent(id)).toMatchObject({ status: 'CANCELLED', ...counts, message });
    expect((await messagesOf(id)).at(-1)).toMatchObject({
      type: 'uploads.upload.finished',
      body: { status: 'CANCELLED', notice: { summary: message } },
    });
    expect(await requestCancel(db, id, later(4))).toMatchObject({ status: 'CANCELLED' });
  });

  test('is CONFLICT once all rows are loaded, and NOT_FOUND for none', async () => {
    const id = await anUpload('JOBS', [loaded]);
    const isLate = {
      code: 'CONFLICT',
      message: `Upload ${id} can no longer be cancelled: all its rows are loaded.`,
    };
    await expect(requestCancel(db, id, later(1))).rejects.toMatchObject(isLate);
    await recordUpdates(db, id, { type: 'settled', condition: 'x', version: 7 }, later(1));
    await expect(requestCancel(db, id, later(1))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(requestCancel(db, randomUUID(), later(1))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('that the worker could not follow any more ends as the work did', async () => {
    const id = await anUpload();
    await requestCancel(db, id, later(1));
    await recordUpdates(db, id, [loaded, { type: 'settled', condition: 'x', version: 7 }], later(2));
    expect(await db.client.upload.findUnique({ where: { id } })).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('an upload that was dead-lettered', () => {
  test('is waited for by no later upload, and can be deleted', async () => {
    const jobs = await anUpload('JOBS', [deadLetter]);
    const hires = await anUpload('HIRED_EMPLOYEES');
    await resendUpload(db, hires, later(1));
    const [message] = await messagesOf(hires);
    expect(message?.body.dependsOn).not.toContain(jobs);
    await deleteUploadRecord(db, jobs, owner, later(2));
    expect((await messagesOf(jobs)).map(({ type }) => type)).toEqual(['uploads.upload.deleted']);
  });

  test('is not sent again but by an operator', async () => {
    const id = await anUpload('JOBS', [deadLetter]);
    expect(idsOf(await resend(60 * 24 * 30))).not.toContain(id);
    expect(idsOf(await findStuckUploads(db, { now: later(1), afterMs: 300_000, limit: 100 }))).toContain(id);
    expect(await resendUpload(db, id, later(1))).toMatchObject({ id });
    expect((await messagesOf(id)).map(({ type }) => type)).toEqual(['uploads.upload.accepted']);
    expect(await db.client.upload.findUnique({ where: { id } })).toMatchObject({ deadLetteredAt: null });
  });

  test('is listed with its reason and sent again by a command', async () => {
    const id = await anUpload('JOBS', [deadLetter]);
    expect(await uploadsCommand('list')).toContain(
      `${id} JOBS QUEUED since ${begin.toISOString()}\n    Dead-lettered. Loading failed repeatedly.`,
    );
    const unknown = randomUUID();
    await expect(uploadsCommand('resend', id, unknown)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`${id} will be sent to its worker again.`),
      stderr: expect.stringContaining(`There is no upload ${unknown}.`),
    });
    expect((await messagesOf(id)).map(({ type }) => type)).toEqual(['uploads.upload.accepted']);
  });
});

describe('resendStaleUploads', () => {
  test('sends an upload without a sign of work again, after growing intervals, by one process', async () => {
    await db.client.upload.deleteMany();
    const id = await anUpload();
    expect(await resend(4)).toEqual([]);
    const both = await Promise.all([resend(6), resend(6)]);
    expect(both.flatMap(idsOf)).toEqual([id]);
    expect(await resend(15)).toEqual([]);
    expect(idsOf(await resend(17))).toEqual([id]);
    await recordUpdates(db, id, { type: 'started', at: later(18) }, later(18));
    expect(await resend(22)).toEqual([]);
    expect(idsOf(await resend(24))).toEqual([id]);
    expect((await messagesOf(id)).map(({ type }) => type)).toEqual(Array(3).fill('uploads.upload.accepted'));
  });

  test('has an upload that is being cancelled cancelled again, and leaves what is final or still in the outbox', async () => {
    await db.client.upload.deleteMany();
    const cancelled = await anUpload();
    await requestCancel(db, cancelled, begin);
    await db.client.outboxMessage.deleteMany();
    await anUpload('JOBS', [{ type: 'failed', counts, problems: [], failure: 'The file is empty.' }]);
    const waiting = await anUpload();
    await db.client.upload.update({ where: { id: waiting }, data: { status: 'RECEIVED' } });
    expect(idsOf(await resend(60))).toEqual([cancelled]);
    expect((await messagesOf(cancelled)).map(({ type }) => type)).toEqual(['uploads.upload.cancelled']);
  });

  test('sends at most as many as it is asked for, the oldest first', async () => {
    await db.client.upload.deleteMany();
    const ids = [await anUpload(), await anUpload(), await anUpload()];
    expect(idsOf(await resend(6, 2))).toEqual(ids.slice(0, 2));
    expect(idsOf(await resend(6, 2))).toEqual(ids.slice(2));
  });
});

describe('resendPendingNotices', () => {
  const finish = (id: string) =>
    recordUpdates(db, id, { type: 'failed', counts, failure: 'It is empty.', at: begin }, begin);
  const resendNotices = async (minutes: number) =>
    idsOf(await resendPendingNotices(db, { now: later(minutes), afterMs: 300_000, limit: 100 }));

  test('sends a notice again, after growing intervals and by one process, until the notifier reports on it', async () => {
    await db.client.upload.deleteMany();
    const [lost, mailed, skipped] = [await anUpload(), await anUpload(), await anUpload()];
    for (const id of [lost, mailed, skipped]) await finish(id);
    await recordUpdates(db, mailed, { type: 'notified', at: later(1) }, later(1));
    await recordUpdates(db, skipped, { type: 'noticeSkipped', at: later(1) }, later(1));
    expect(await resendNotices(4)).toEqual([]);
    expect((await Promise.all([resendNotices(6), resendNotices(6)])).flat()).toEqual([lost]);
    expect(await resendNotices(15)).toEqual([]);
    expect(await resendNotices(17)).toEqual([lost]);
    const [first, ...again] = await messagesOf(lost);
    expect(again).toEqual([first, first]);
    await recordUpdates(db, lost, { type: 'notified', at: later(18) }, later(18));
    expect(await resendNotices(60 * 24)).toEqual([]);
  });

  test('gives up after ten times', async () => {
    await db.client.upload.deleteMany();
    const id = await anUpload();
    await finish(id);
    for (let day = 1; day <= 15; day += 1) await resendNotices(60 * 24 * day);
    expect(await messagesOf(id)).toHaveLength(11);
  });
});
