import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { uploadAccepted, uploadFinished } from '@tributary/events';
import { openTestDatabase } from '@tributary/testing';
import { acceptUpload } from './accept-upload.ts';
import { openUploadsDb } from './client.ts';
import { abandonIntake, openIntake } from './intakes.ts';
import { recordUpdates } from './status-recorder.ts';
import { findOrphanFiles } from './upload-deletion.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const later = new Date('2026-01-02T04:00:00.000Z');
const owner = { id: randomUUID(), email: 'ann@example.com', name: 'Ann' };
const none = { rowsRead: 0, rowsLoaded: 0, rowsRejected: 0 };

const { db, close } = await openTestDatabase('uploads', openUploadsDb);
afterAll(close);

async function anIntake(): Promise<string> {
  const id = randomUUID();
  const intake = { id, ownerId: owner.id, kind: 'JOBS', idempotencyKey: null, leaseUntil: later };
  await openIntake(db, intake, { now, deleteFile: async () => undefined });
  return id;
}

async function anUpload(kind = 'JOBS') {
  const file = { owner, filename: 'jobs.csv', kind, bytes: 12, sha256: 'a'.repeat(64) };
  return acceptUpload(db, { intakeId: await anIntake(), ...file }, now);
}

const logOf = (uploadId: string) => db.client.uploadEvent.findMany({ where: { uploadId }, orderBy: { cursor: 'asc' } });
const messagesOf = (uploadId: string) =>
  db.client.outboxMessage.findMany({ where: { uploadId }, orderBy: { id: 'asc' } });

describe('accepting an upload', () => {
  test('writes record, first event and message together, and takes the intake away', async () => {
    const upload = await anUpload();
    expect(await db.client.upload.findUnique({ where: { id: upload.id } })).toMatchObject({
      status: 'RECEIVED',
      createdAt: now,
    });
    expect(await logOf(upload.id)).toMatchObject([{ cursor: 1, status: 'RECEIVED', at: now }]);
    const [message] = await messagesOf(upload.id);
    expect(message).toMatchObject({ type: uploadAccepted.type, routingKey: `${uploadAccepted.type}.jobs` });
    expect(await db.client.intake.findUnique({ where: { id: upload.id } })).toBeNull();
    expect(await findOrphanFiles(db, [upload.fileId, 'other'])).toEqual(['other']);
  });

  test('twenty at once get twenty sequence numbers in a row', async () => {
    const uploads = await Promise.all(Array.from({ length: 20 }, () => anUpload()));
    const numbers = uploads.map(({ sequence }) => Number(sequence)).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  test('an intake that was given up is CONFLICT, and nothing of the upload is left', async () => {
    const intakeId = await anIntake();
    await abandonIntake(db, intakeId, { now, deleteFile: async () => undefined });
    const file = { intakeId, owner, filename: 'a.csv', kind: 'JOBS', bytes: 1, sha256: 'a'.repeat(64) };
    await expect(acceptUpload(db, file, now)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await db.client.upload.findUnique({ where: { id: intakeId } })).toBeNull();
    expect(await messagesOf(intakeId)).toEqual([]);
  });

  test('hired employees depend on the earlier departments and jobs that have not ended, and on nothing else', async () => {
    await db.client.upload.updateMany({ data: { finishedAt: now } });
    const [departments, jobs] = [await anUpload('DEPARTMENTS'), await anUpload('JOBS')];
    const ended = await anUpload('JOBS');
    await recordUpdates(db, ended.id, { type: 'failed', counts: none, problems: [], failure: 'empty' }, now);
    await anUpload('HIRED_EMPLOYEES');
    const hired = await anUpload('HIRED_EMPLOYEES');
    const [message] = await messagesOf(hired.id);
    expect(uploadAccepted.body.parse(JSON.parse(message?.body ?? '')).dependsOn).toEqual([departments.id, jobs.id]);
  });
});

describe('the event log', () => {
  test('twenty messages at once are numbered without a hole, with one end and one message about it', async () => {
    const { id } = await anUpload();
    const counts = { rowsRead: 3, rowsLoaded: 2, rowsRejected: 1 };
    const facts = Array.from({ length: 4 }, () => [
      { type: 'queued' } as const,
      { type: 'started', at: now } as const,
      { type: 'progressed', counts, percent: 50, at: now } as const,
      { type: 'loaded', counts, problems: [], conditions: ['employment.results'], version: 7, at: now } as const,
      { type: 'settled', condition: 'employment.results', version: 7, at: now } as const,
    ]).flat();
    await Promise.all(facts.map((fact) => recordUpdates(db, id, fact, now)));
    const log = await logOf(id);
    expect(log.map(({ cursor }) => cursor)).toEqual(log.map((_, index) => index + 1));
    expect(new Set(log.map(({ status }) => status))).toEqual(
      new Set(['RECEIVED', 'QUEUED', 'PROCESSING', 'LOADED', 'COMPLETED']),
    );
    const upload = await db.client.upload.findUnique({ where: { id } });
    expect(upload).toMatchObject({
      status: 'COMPLETED',
      cursor: log.length,
      percent: 100,
      rowsRead: 3,
      finishedAt: now,
    });
    const finished = (await messagesOf(id)).filter(({ type }) => type === uploadFinished.type);
    expect(finished).toHaveLength(1);
  });

  test('an unknown upload is NOT_FOUND', async () => {
    await expect(recordUpdates(db, randomUUID(), { type: 'queued' }, now)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the mail being sent is noted without an event', async () => {
    const { id } = await anUpload();
    expect((await recordUpdates(db, id, { type: 'notified', at: later }, now)).events).toEqual([]);
    expect(await db.client.upload.findUnique({ where: { id } })).toMatchObject({ notifiedAt: later, cursor: 1 });
  });
});

test('the events of many uploads at once of two owners are numbered without a hole for each, and in the order of each log', async () => {
  const owners = [owner, { ...owner, id: randomUUID() }].map((each) => ({ ...each, id: randomUUID() }));
  const counts = { rowsRead: 1, rowsLoaded: 1, rowsRejected: 0 };
  await Promise.all(
    Array.from({ length: 16 }, async (_, index) => {
      const file = { owner: owners[index % 2] ?? owner, filename: 'jobs.csv', kind: 'JOBS', bytes: 12 };
      const { id } = await acceptUpload(db, { intakeId: await anIntake(), ...file, sha256: 'a'.repeat(64) }, now);
      const facts = [
        { type: 'queued' },
        { type: 'started', at: now },
        { type: 'loaded', counts, problems: [], conditions: [], version: 1, at: now },
      ] as const;
      await Promise.all(facts.map((fact) => recordUpdates(db, id, fact, now)));
    }),
  );
  for (const { id: ownerId } of owners) {
    const events = await db.client.uploadEvent.findMany({ where: { ownerId }, orderBy: { ownerCursor: 'asc' } });
    expect(events.length).toBeGreaterThanOrEqual(8 * 4);
    expect(events.map(({ ownerCursor }) => ownerCursor)).toEqual(events.map((_, index) => index + 1));
    for (const uploadId of new Set(events.map((event) => event.uploadId))) {
      const cursors = events.filter((event) => event.uploadId === uploadId).map(({ cursor }) => cursor);
      expect(cursors).toEqual(cursors.map((_, index) => index + 1));
    }
  }
});

test('a database that is not there is UNAVAILABLE', async () => {
  const gone = openUploadsDb('mysql://root@127.0.0.1:1/nothing');
  await expect(gone.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(recordUpdates(gone, randomUUID(), { type: 'queued' }, now)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  await gone.close();
}, 30_000);
