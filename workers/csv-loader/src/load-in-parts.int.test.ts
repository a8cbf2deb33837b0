import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog, systemClock } from '@tributary/core';
import { startTcpProxy, waitFor } from '@tributary/testing';
import { type RunningWorker, startWorker } from '@tributary/worker';
import { type LoaderGround, openLoaderGround } from '../fixtures/loader-process.ts';
import { work } from './load-dependencies.ts';
import worker from './worker.ts';

const ROWS = 80_000;
const manyJobs = Array.from({ length: ROWS }, (_, index) => `${index + 1},Job ${index}`).join('\n');

describe('the csv-loader on a real broker', () => {
  let ground: LoaderGround;
  let running: RunningWorker;
  const attempts: number[] = [];
  beforeAll(async () => {
    ground = await openLoaderGround();
  });
  afterEach(() => running.stop());
  afterAll(() => ground.close());

  async function start({ maxHandlingMs, databaseUrl }: { maxHandlingMs?: number; databaseUrl?: string } = {}) {
    attempts.length = 0;
    const counted: typeof worker = {
      ...worker,
      async handle(upload, dependencies) {
        attempts.push(dependencies.attempt);
        await worker.handle(upload, Object.assign({ chunkRows: 5_000 }, dependencies));
      },
    };
    running = await startWorker(counted, {
      broker: ground.broker,
      config: { ...ground.environment, ...(databaseUrl === undefined ? {} : { EMPLOYMENT_DATABASE_URL: databaseUrl }) },
      clock: systemClock,
      log: createLog('test', 'silent'),
      ...(maxHandlingMs === undefined ? {} : { maxHandlingMs }),
    });
  }
  const told = (type: string) => ground.published.filter((delivery) => delivery.type === `csv-loader.work.${type}`);

  const messagesOf = ({ uploadId }: { uploadId: string }) =>
    told('delayed')
      .map(({ body }) => work.delayed.body.parse(body))
      .filter((body) => body.uploadId === uploadId)
      .map(({ message }) => message);

  test('loads a file in several deliveries, exactly, when each has to end after its first chunk', async () => {
    await start({ maxHandlingMs: 0 });
    const upload = await ground.submit(manyJobs);
    await waitFor(() => told('completed').length === 1, { timeoutMs: 30_000 });
    expect(await ground.loadOf(upload)).toMatchObject({ state: 'COMPLETED', rowsRead: ROWS, rowsLoaded: ROWS });
    expect(attempts.length).toBeGreaterThan(3);
    expect(attempts.every((attempt) => attempt === 1)).toBe(true);
    expect(told('delayed')).toEqual([]);
  });

  test('tells once what an upload waits for, in words for the uploader, and when it is tried next', async () => {
    await start();
    const earlier = crypto.randomUUID();
    const upload = await ground.submit('1,Engineer\n', { dependsOn: [earlier] });
    await waitFor(() => attempts.length === 3, { what: 'three tries', timeoutMs: 20_000 });
    expect(messagesOf(upload)).toEqual(['Waiting for an earlier upload of departments or jobs, next try in 1 s.']);
    await ground.submit('2,Manager\n', { uploadId: earlier });
    await waitFor(async () => (await ground.loadOf(upload))?.state === 'COMPLETED', { timeoutMs: 15_000 });
  });

  test('tells that the database is waited for, whatever the driver says', async () => {
    const database = await startTcpProxy(ground.environment.EMPLOYMENT_DATABASE_URL, 3306);
    await database.stop();
    await start({ databaseUrl: database.proxyUrl(ground.environment.EMPLOYMENT_DATABASE_URL) });
    const upload = await ground.submit('3,Clerk\n');
    const [told] = await waitFor(() => messagesOf(upload).length > 0 && messagesOf(upload), { timeoutMs: 20_000 });
    expect(told).toBe('Waiting for the database, next try in 1 s.');
    await waitFor(() => attempts.length === 2, { timeoutMs: 20_000, what: 'the second try' });
    await database.resume();
    await waitFor(async () => (await ground.loadOf(upload))?.state === 'COMPLETED', { timeoutMs: 20_000 });
    expect(messagesOf(upload)).toHaveLength(1);
    await database.close();
  });
});
