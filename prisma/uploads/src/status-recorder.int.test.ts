import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fixedClock, openTestDatabase } from '@tributary/testing';
import fc from 'fast-check';
import { acceptUpload } from './accept-upload.ts';
import { openUploadsDb } from './client.ts';
import { openIntake } from './intakes.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createStatusRecorder, recordUpdates } from './status-recorder.ts';
import type { StatusUpdate } from './status-update.ts';

const start = new Date('2026-01-02T03:04:05.678Z');
const counts = { rowsRead: 3, rowsLoaded: 2, rowsRejected: 1 };
const at = (ms: number) => ({ at: new Date(start.getTime() + ms) });
const life: StatusUpdate[] = [
  { type: 'queued' },
  { type: 'started', ...at(1) },
  { type: 'delayed', message: 'waits', ...at(2) },
  { type: 'progressed', counts: { ...counts, rowsRead: 1 }, percent: 30, ...at(300) },
  { type: 'loaded', counts, problems: [], conditions: ['x'], version: 7, ...at(400) },
  { type: 'settled', condition: 'x', version: 7, ...at(500) },
  { type: 'failed', counts, problems: [], failure: 'The file is empty.', ...at(600) },
  { type: 'notified', ...at(700) },
];

const { db, close } = await openTestDatabase('uploads', openUploadsDb);
afterAll(close);
const recorder = createStatusRecorder(db, fixedClock(start));

async function anUpload(ownerId = randomUUID()): Promise<string> {
  const id = randomUUID();
  const intake = { id, ownerId, kind: 'JOBS', idempotencyKey: null, leaseUntil: start };
  await openIntake(db, intake, { now: start, deleteFile: async () => undefined });
  const owner = { id: ownerId, email: 'ann@example.com', name: 'Ann' };
  const file = { owner, filename: 'jobs.csv', kind: 'JOBS', bytes: 12, sha256: 'a'.repeat(64) };
  await acceptUpload(db, { intakeId: id, ...file }, start);
  return id;
}

/** All that is known of an upload, but for what tells it from another. */
async function recordOf(id: string) {
  const upload = await db.client.upload.findUniqueOrThrow({ where: { id } });
  const events = await db.client.uploadEvent.findMany({ where: { uploadId: id }, orderBy: { cursor: 'asc' } });
  const outbox = await db.client.outboxMessage.findMany({ where: { uploadId: id }, orderBy: { id: 'asc' } });
  const { id: _id, fileId: _fileId, sequence: _sequence, ownerId: _ownerId, ...known } = upload;
  return {
    known,
    events: events.map(({ uploadId: _upload, ownerId: _owner, ownerCursor: _cursor, ...event }) => event),
    messages: outbox.map(({ type }) => type),
  };
}

/** Runs `work` while another session holds the lock of the upload's row. */
async function whileLocked(id: string, work: () => Promise<void>) {
  await db.client.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM uploads WHERE id = ${id} FOR UPDATE`;
    await work();
  });
}

describe('recording facts in groups', () => {
  test('has the result of recording them one by one, whatever comes together, and numbers the events of the owner without a hole', async () => {
    const facts = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.constantFrom(...life), fc.boolean()), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(facts, async (told) => {
        const ownerId = randomUUID();
        const [apart, together] = [[] as string[], [] as string[]];
        for (const list of [apart, together])
          for (let made = 0; made < 3; made += 1) list.push(await anUpload(ownerId));
        for (const [index, fact] of told) await recordUpdates(db, apart[index] ?? '', fact, start);
        let pending: Promise<unknown>[] = [];
        for (const [index, fact, endsGroup] of told) {
          pending.push(recorder.record(together[index] ?? '', [fact]));
          if (endsGroup) {
            await Promise.all(pending);
            pending = [];
          }
        }
        await Promise.all(pending);
        for (const [index, id] of together.entries()) {
          expect(await recordOf(id)).toEqual(await recordOf(apart[index] ?? ''));
        }
        const events = await db.client.uploadEvent.findMany({ where: { ownerId }, orderBy: { ownerCursor: 'asc' } });
        expect(events.map(({ ownerCursor }) => ownerCursor)).toEqual(events.map((_, index) => index + 1));
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('an unknown upload is NOT_FOUND for its own facts only', async () => {
    const ids = [await anUpload(), await anUpload()];
    const told = [ids[0] ?? '', randomUUID(), ids[1] ?? ''].map((id) => recorder.record(id, [{ type: 'queued' }]));
    const ends = await Promise.allSettled(told);
    expect(ends).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'NOT_FOUND' } },
      { status: 'fulfilled' },
    ]);
    for (const id of ids) expect((await recordOf(id)).known.status).toBe('QUEUED');
  });

  test('a fact the database does not take fails by itself; what was told of that upload before and after is recorded', async () => {
    const ids = [await anUpload(), await anUpload()];
    const poison: StatusUpdate = { type: 'delayed', message: 'x'.repeat(70_000) };
    const ends = await Promise.allSettled([
      recorder.record(ids[0] ?? '', [{ type: 'queued' }]),
      recorder.record(ids[0] ?? '', [poison]),
      recorder.record(ids[0] ?? '', [{ type: 'started', ...at(1) }]),
      recorder.record(ids[1] ?? '', [{ type: 'queued' }]),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect((await recordOf(ids[0] ?? '')).known).toMatchObject({ status: 'PROCESSING', cursor: 3 });
    expect((await recordOf(ids[1] ?? '')).known.status).toBe('QUEUED');
  });

  test('an upload that someone has locked keeps no other waiting, and its facts are recorded in order after the lock', async () => {
    const [locked, other] = [await anUpload(), await anUpload()];
    const waiting: Promise<unknown>[] = [];
    await whileLocked(locked, async () => {
      for (const fact of life.slice(0, 3)) waiting.push(recorder.record(locked, [fact]));
      for (const fact of life.slice(0, 3)) await recorder.record(other, [fact]);
      for (const fact of life.slice(3)) waiting.push(recorder.record(locked, [fact]));
      for (const fact of life.slice(3)) await recorder.record(other, [fact]);
    });
    await Promise.all(waiting);
    expect(await recordOf(locked)).toEqual(await recordOf(other));
  });

  test('an owner whose counter is locked keeps the uploads of others waiting for a moment only', async () => {
    const ownerId = randomUUID();
    const [locked, other] = [await anUpload(ownerId), await anUpload()];
    let waiting: Promise<unknown> = Promise.resolve();
    await db.client.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT owner_id FROM upload_owners WHERE owner_id = ${ownerId} FOR UPDATE`;
      waiting = recorder.record(locked, [{ type: 'queued' }]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await recorder.record(other, [{ type: 'queued' }]);
    });
    await waiting;
    expect(await recordOf(locked)).toEqual(await recordOf(other));
  });

  test('a connection that dies in mid-transaction leaves nothing of the group, and told again it is recorded once', async () => {
    const ids = [await anUpload(), await anUpload()];
    const ownerId = (await db.client.upload.findUniqueOrThrow({ where: { id: ids[1] ?? '' } })).ownerId;
    const tell = () => Promise.allSettled(ids.map((id) => recorder.record(id, [{ type: 'queued' }])));
    let told: ReturnType<typeof tell> = Promise.resolve([]);
    await db.client.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT owner_id FROM upload_owners WHERE owner_id = ${ownerId} FOR UPDATE`;
      told = tell();
      await killWaiting();
    });
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    for (const id of ids) expect((await recordOf(id)).events).toHaveLength(1);
    await tell();
    await tell();
    for (const id of ids) expect((await recordOf(id)).events.map(({ cursor }) => cursor)).toEqual([1, 2]);
  });

  test('a row is marked sent with the facts of its group; one whose upload is gone is deleted all the same', async () => {
    await db.client.outboxMessage.deleteMany();
    const ids = [await anUpload(), await anUpload(), await anUpload()];
    const store = createOutboxStore(db, { clock: fixedClock(start), onEvents: () => undefined });
    const rows = await store.claim(10, 1_000);
    await db.client.upload.delete({ where: { id: ids[1] ?? '' } });
    await Promise.all(rows.map((row) => store.markSent(row)));
    expect(await db.client.outboxMessage.count()).toBe(0);
    for (const id of [ids[0], ids[2]]) expect((await recordOf(id ?? '')).known.status).toBe('QUEUED');
  });
});

/** Ends the session that waits in an INSERT into the owners' counters. */
async function killWaiting() {
  for (;;) {
    const rows = await db.client.$queryRaw<{ id: bigint }[]>`
      SELECT ID AS id FROM information_schema.PROCESSLIST
      WHERE DB = DATABASE() AND INFO LIKE 'INSERT INTO upload_owners%' AND COMMAND <> 'Sleep'`;
    if (rows[0]) {
      await db.client.$executeRawUnsafe(`KILL ${rows[0].id}`);
      return;
    }
  }
}
