import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openResultCache } from '@tributary/answers';
import { systemClock as clock, createLog } from '@tributary/core';
import { employmentResults, workEvents } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import {
  createTestDatabase,
  type StatementCounter,
  startStatementCounter,
  type TestDatabase,
  testRedis,
  waitFor,
} from '@tributary/testing';
import { type RunningWorker, startWorker } from '@tributary/worker';
import { openPrismaEmploymentDb, type PrismaEmploymentDb } from '../../../prisma/employment/fixtures/prisma-db.ts';
import queryRefresher from './worker.ts';

const log = createLog('test', 'silent');
const { completed: workCompleted } = workEvents('csv-loader');
const { settled } = workEvents('query-refresher');
const redis = testRedis();
const cache = openResultCache({ redisUrl: redis.url, prefix: redis.prefix, log });
const broker = createMemoryBroker({ acceptUnroutable: true });
let database: TestDatabase;
let db: PrismaEmploymentDb;
let worker: RunningWorker;
let statements: StatementCounter;

beforeAll(async () => {
  database = await createTestDatabase('employment');
  db = openPrismaEmploymentDb(database.url);
  const written = { sequence: 1, uploadId: uploadIdOf(1) };
  await db.client.department.create({ data: { id: 1, name: 'Sales', firstSequence: 1, ...written } });
  await db.client.job.create({ data: { id: 1, name: 'Clerk', firstSequence: 1, ...written } });
  statements = await startStatementCounter(database.url);
  await waitFor(() => cache.ready());
  const config = {
    EMPLOYMENT_DATABASE_URL: statements.url,
    REDIS_URL: redis.url,
    TRIBUTARY_INSTANCE: redis.prefix.slice(0, -1),
  };
  worker = await startWorker(queryRefresher, { broker, config, clock, log });
});

afterAll(async () => {
  await worker.stop();
  await statements.close();
  await broker.close();
  await cache.close();
  await redis.cleanUp();
  await db.close();
  await database.drop();
});

describe('the query-refresher on the real database and Redis', () => {
  test('stores the results of a completed load before it publishes so', async () => {
    await commitHire(1);
    await broker.publish(workCompleted, completed(1));
    await broker.idle();
    expect(announcedVersions(1)).toEqual([1]);
    expect(await cachedHires()).toBe(1);
  });

  test('serves ten waiting messages with fewer than ten runs of the queries', async () => {
    await commitHire(2);
    statements.take();
    await broker.publish(workCompleted, completed(2));
    await broker.idle();
    const statementsOfOneRun = statements.take();
    expect(statementsOfOneRun).toBeGreaterThan(0);

    const ten = Array.from({ length: 10 }, (_, index) => index + 3);
    for (const number of ten) await commitHire(number);
    for (const number of ten) await broker.publish(workCompleted, completed(number));
    await broker.idle();
    expect(statements.take()).toBeLessThan(10 * statementsOfOneRun);
    expect(ten.map(announcedVersions)).toEqual(ten.map(() => [12]));
    expect(await cachedHires()).toBe(12);
  });
});

/** Commits one hire of 2021, as the load of this number, which makes the data version that number. */
async function commitHire(number: number) {
  const hire = { id: number, name: 'A', hiredAt: new Date('2021-02-03T00:00:00Z'), departmentId: 1, jobId: 1 };
  await db.client.$transaction([
    db.client.employee.create({ data: { ...hire, sequence: number, uploadId: uploadIdOf(number) } }),
    db.client.dataVersion.update({ where: { id: 1 }, data: { version: number } }),
  ]);
}

function completed(number: number) {
  const counts = { rowsRead: 1, rowsLoaded: 1, rowsRejected: 0 };
  const at = new Date().toISOString();
  return { uploadId: uploadIdOf(number), at, counts, conditions: [employmentResults], version: number };
}

function announcedVersions(number: number): number[] {
  return broker.sent
    .filter(({ type }) => type === settled.type)
    .map(({ body }) => settled.body.parse(body))
    .filter(({ uploadId }) => uploadId === uploadIdOf(number))
    .map(({ version }) => version);
}

async function cachedHires(): Promise<number | undefined> {
  const rows = await cache.read('hiresByQuarter', 2021);
  return rows?.[0]?.q1;
}

function uploadIdOf(number: number): string {
  return `0197c0de-0000-7000-8000-${String(number).padStart(12, '0')}`;
}
