import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { uploadAccepted } from '@tributary/events';
import { createTestDatabase, startStatementCounter, startTcpProxy, waitFor } from '@tributary/testing';
import { createBatchedAccept } from './acceptance.ts';
import { openUploadsDb, type UploadsDb } from './client.ts';
import { abandonIntake, openIntake } from './intakes.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const later = new Date('2026-01-02T04:00:00.000Z');
const deleteFile = async () => undefined;

const database = await createTestDatabase('uploads');
const db = openUploadsDb(database.url);
const accept = createBatchedAccept(db);
await db.ping();
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(async () => {
  await db.client.upload.deleteMany();
  await db.client.uploadOwner.deleteMany();
  await db.client.outboxMessage.deleteMany();
  await db.client.sequence.updateMany({ data: { value: 0 } });
});

const anOwner = (name: string) => ({ id: randomUUID(), email: `${name}@example.com`, name });
const [ann, bob] = [anOwner('ann'), anOwner('bob')];

/** A file whose intake is open and whose content is durable. */
async function aFile({ kind = 'JOBS', owner = ann } = {}) {
  const intakeId = randomUUID();
  const intake = { id: intakeId, ownerId: owner.id, kind, idempotencyKey: null, leaseUntil: later };
  await openIntake(db, intake, { now, deleteFile });
  return { intakeId, owner, kind, filename: 'a.csv', bytes: 1, sha256: 'a'.repeat(64) };
}
const files = (count: number, change: (index: number) => Parameters<typeof aFile>[0] = () => ({})) =>
  Promise.all(Array.from({ length: count }, (_, index) => aFile(change(index))));

/** Keeps every acceptance waiting until the result is called. */
async function holdCounter() {
  const holder = new EventEmitter();
  const taken = once(holder, 'taken');
  const held = db.client.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT value FROM sequences FOR UPDATE`;
    const released = once(holder, 'released');
    holder.emit('taken');
    await released;
  });
  await taken;
  return async () => {
    holder.emit('released');
    await held;
  };
}

/** Everything is told once, in one order, without holes. */
async function expectWhole(count: number) {
  const uploads = await db.client.upload.findMany({ orderBy: { sequence: 'asc' } });
  expect(uploads.map(({ sequence }) => Number(sequence))).toEqual(uploads.map((_, index) => index + 1));
  expect(uploads).toHaveLength(count);
  const messages = await db.client.outboxMessage.findMany({ orderBy: { id: 'asc' } });
  expect(messages.map(({ uploadId }) => uploadId)).toEqual(uploads.map(({ id }) => id));
  for (const { id: ownerId } of [ann, bob]) {
    const events = await db.client.uploadEvent.findMany({ where: { ownerId }, orderBy: { ownerCursor: 'asc' } });
    expect(events.map(({ ownerCursor }) => ownerCursor)).toEqual(events.map((_, index) => index + 1));
    const own = uploads.filter((upload) => upload.ownerId === ownerId).map(({ id }) => id);
    expect(events.map(({ uploadId }) => uploadId)).toEqual(own);
  }
  return { uploads, messages };
}

test('a crowd at two processes: one order without holes, of each process as asked', async () => {
  const other = openUploadsDb(database.url, { connections: 1 });
  const processes = [accept, createBatchedAccept(other)] as const;
  const crowd = await files(300, (index) => ({ owner: index % 3 === 0 ? ann : bob }));
  const accepted = await Promise.all(
    crowd.map((file, index) => processes[index % 2 === 0 ? 0 : 1](file, new Date(now.getTime() + index))),
  );
  await other.close();
  const { uploads } = await expectWhole(300);
  expect(await db.client.intake.count()).toBe(0);
  for (const ofProcess of [0, 1]) {
    const sequences = accepted.filter((_, index) => index % 2 === ofProcess).map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  }
  const bySequence = accepted.toSorted((one, another) => Number(one.sequence - another.sequence));
  expect(bySequence).toEqual(uploads);
});

test('a hundred files take as many statements as one, and opening an intake one', async () => {
  const counter = await startStatementCounter(database.url);
  const counted = openUploadsDb(counter.url, { connections: 1 });
  const acceptCounted = createBatchedAccept(counted);
  const [first, ...rest] = await files(101, (index) => ({ kind: index === 50 ? 'HIRED_EMPLOYEES' : 'JOBS' }));
  if (first === undefined) throw new Error('no file');
  await counted.ping();
  counter.take();
  await acceptCounted(first, now);
  const ofOne = counter.take();
  expect(ofOne).toBeLessThanOrEqual(11);
  const [before] = await files(1);
  if (before === undefined) throw new Error('no file');
  await Promise.all([before, ...rest].map((file) => acceptCounted(file, now)));
  // One that reads the departments and jobs that one of them waits for.
  expect(counter.take() - ofOne).toBe(ofOne + 1);
  const intake = { id: randomUUID(), ownerId: ann.id, kind: 'JOBS', idempotencyKey: null, leaseUntil: later };
  await openIntake(counted, intake, { now, deleteFile });
  expect(counter.take()).toBe(1);
  await abandonIntake(counted, intake.id, { now, deleteFile });
  expect(counter.take()).toBe(2);
  await counted.close();
  await counter.close();
});

test('one that was given up meanwhile is CONFLICT, and one that is wrong fails, by itself', async () => {
  const [given, wrong, ...good] = await files(20);
  if (given === undefined || wrong === undefined) throw new Error('no file');
  const release = await holdCounter();
  const owner = { ...ann, email: 'no address' };
  const all = [...good.slice(0, 9), given, { ...wrong, owner }, ...good.slice(9)].map((file) => accept(file, now));
  await abandonIntake(db, given.intakeId, { now, deleteFile });
  await release();
  const results = await Promise.allSettled(all);
  expect(results[9]).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } });
  expect(results[10]).toMatchObject({ status: 'rejected', reason: { name: 'ZodError' } });
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(18);
  await expectWhole(18);
  expect(await db.client.intake.count({ where: { id: wrong.intakeId } })).toBe(1);
  await db.client.intake.deleteMany();
});

test('hired employees depend on what comes before them, also in the same group', async () => {
  const kinds = ['DEPARTMENTS', 'HIRED_EMPLOYEES', 'JOBS', 'HIRED_EMPLOYEES', 'DEPARTMENTS'];
  const crowd = await files(kinds.length, (index) => ({ kind: kinds[index] ?? '' }));
  const release = await holdCounter();
  const all = crowd.map((file) => accept(file, now));
  await release();
  const ids = (await Promise.all(all)).map(({ id }) => id);
  const { messages } = await expectWhole(5);
  const dependsOn = messages.map(({ body }) => uploadAccepted.body.parse(JSON.parse(body)).dependsOn);
  expect(dependsOn).toEqual([[], [ids[0]], [], [ids[0], ids[2]], []]);
});

test('a connection that dies in the middle costs nobody the file, and makes nothing twice', async () => {
  const proxy = await startTcpProxy(database.url, 3306);
  const cut = openUploadsDb(proxy.proxyUrl(database.url), { connections: 1 });
  await cut.ping();
  const acceptCut = createBatchedAccept(cut);
  const crowd = await files(30);
  const release = await holdCounter();
  const all = crowd.map((file) => acceptCut(file, now));
  await waitFor(() => isWaitingFor('sequences'), { what: 'an acceptance in the middle' });
  expect(proxy.resetConnections()).toBeGreaterThan(0);
  await release();
  await Promise.all(all);
  await expectWhole(30);
  await cut.close();
  await proxy.close();
});

test('accepted, but nobody heard of it: asked again it is the same upload', async () => {
  const [file] = await files(1);
  if (file === undefined) throw new Error('no file');
  const [upload, again] = [await accept(file, now), await accept(file, later)];
  expect(again).toEqual(upload);
  await expectWhole(1);
});

test('a server that goes away: all who wait are told within seconds, and nothing of them is left', async () => {
  const proxy = await startTcpProxy(database.url, 3306);
  const away = openUploadsDb(proxy.proxyUrl(database.url), { connections: 1 });
  await away.ping();
  const acceptAway = createBatchedAccept(away);
  const crowd = await files(250);
  await proxy.stop();
  const begin = performance.now();
  const results = await Promise.allSettled(crowd.map((file) => acceptAway(file, now)));
  expect(performance.now() - begin).toBeLessThan(4_000);
  for (const result of results) expect(result).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
  await expectWhole(0);
  await proxy.resume();
  await Promise.all(crowd.map((file) => eventually(() => acceptAway(file, now))));
  await expectWhole(250);
  await away.close();
  await proxy.close();
});

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  return work().catch(() => eventually(work));
}

async function isWaitingFor(table: string) {
  const statements = await runningStatements(db);
  return statements.some((sql) => sql.includes(table) && sql.includes('UPDATE') && !sql.includes('FOR UPDATE'));
}

async function runningStatements({ client }: UploadsDb): Promise<string[]> {
  const name = new URL(database.url).pathname.slice(1);
  const rows = await client.$queryRaw<{ sql: string | null }[]>`
    SELECT info AS \`sql\` FROM information_schema.processlist WHERE db = ${name} AND command <> 'Sleep'`;
  return rows.map(({ sql }) => sql ?? '');
}
