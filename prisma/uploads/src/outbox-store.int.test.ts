import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { fixedClock, openTestDatabase } from '@tributary/testing';
import { acceptUpload } from './accept-upload.ts';
import { openUploadsDb } from './client.ts';
import { openIntake } from './intakes.ts';
import { createOutboxStore } from './outbox-store.ts';

const start = new Date('2026-01-02T03:04:05.678Z');
const owner = { id: randomUUID(), email: 'ann@example.com', name: 'Ann' };
const file = { owner, filename: 'jobs.csv', kind: 'JOBS', bytes: 12, sha256: 'a'.repeat(64) };

const { db, close } = await openTestDatabase('uploads', openUploadsDb);
afterAll(close);
beforeEach(() => db.client.outboxMessage.deleteMany());

/** The ids of new uploads, each with its message in the outbox. */
async function uploads(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids) {
    const intake = { id, ownerId: owner.id, kind: 'JOBS', idempotencyKey: null, leaseUntil: start };
    await openIntake(db, intake, { now: start, deleteFile: async () => undefined });
    await acceptUpload(db, { intakeId: id, ...file }, start);
  }
  return ids;
}

function aStore() {
  const clock = fixedClock(start);
  const signalled: string[] = [];
  return {
    clock,
    signalled,
    store: createOutboxStore(db, { clock, onEvents: ({ uploadId }) => signalled.push(uploadId) }),
  };
}

const idsOf = (rows: readonly { uploadId: string }[]) => rows.map(({ uploadId }) => uploadId);

test('relays that claim at the same time never get the same row, and each gets its rows oldest first', async () => {
  const ids = await uploads(30);
  const { store } = aStore();
  const claims = (await Promise.all(Array.from({ length: 6 }, () => store.claim(6, 1000)))).map(idsOf);
  const rest = idsOf(await store.claim(30, 1000));
  expect([...claims.flat(), ...rest].sort()).toEqual(ids.toSorted());
  for (const claim of claims) expect(claim).toEqual(ids.filter((id) => claim.includes(id)));
  expect(await store.claim(10, 1000)).toEqual([]);
});

test('a lease that ran out frees its rows, and marking one sent twice records QUEUED once', async () => {
  const [id = ''] = await uploads(1);
  const { store, clock, signalled } = aStore();
  const [row] = await store.claim(10, 1000);
  if (row === undefined) throw new Error('nothing was claimed');
  clock.advance(1000);
  expect(await store.claim(10, 1000)).toEqual([]);
  clock.advance(1);
  expect(await store.claim(10, 1000)).toMatchObject([{ messageId: row.messageId, uploadId: id }]);
  await Promise.all([store.markSent(row), store.markSent(row)]);
  const log = await db.client.uploadEvent.findMany({ where: { uploadId: id }, orderBy: { cursor: 'asc' } });
  expect(log.map(({ status }) => status)).toEqual(['RECEIVED', 'QUEUED']);
  expect(signalled).toEqual([id]);
});

test('only who holds a row can release it or put it off', async () => {
  await uploads(1);
  const { store, clock } = aStore();
  const [late] = await store.claim(1, 1000);
  clock.advance(1001);
  const [held] = await store.claim(1, 1000);
  if (late === undefined || held === undefined) throw new Error('nothing was claimed');
  await store.release(late);
  await store.postpone(late);
  expect(await store.claim(1, 1000)).toEqual([]);
  await store.release(held);
  expect(await store.claim(1, 1000)).toHaveLength(1);
});

test.each([
  { ageMs: 0, putOffMs: 1_000 },
  { ageMs: 20_000, putOffMs: 5_000 },
  { ageMs: 3_600_000, putOffMs: 30_000 },
])('a row put off at the age of $ageMs ms comes again after $putOffMs ms', async ({ ageMs, putOffMs }) => {
  await uploads(1);
  const { store, clock } = aStore();
  clock.advance(ageMs);
  const [row] = await store.claim(1, 1000);
  if (row === undefined) throw new Error('nothing was claimed');
  await store.postpone(row);
  clock.advance(putOffMs);
  expect(await store.claim(1, 1000)).toEqual([]);
  clock.advance(1);
  expect(await store.claim(1, 1000)).toHaveLength(1);
});
