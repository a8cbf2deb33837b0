import { describe, expect, jest, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { loadCompleted, loadFailed, queriesRefreshed } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { fixedClock } from '@tributary/testing';
import { startWorker } from '@tributary/worker';
import { createRefresher } from './refresher.ts';
import queryRefresher from './worker.ts';

const uploadId = '0197c0de-0000-7000-8000-000000000001';
const at = '2026-01-02T03:04:05.678Z';
const counts = { rowsRead: 1, rowsLoaded: 1, rowsRejected: 0, reasons: [] };
const completed = { uploadId, at, ...counts, awaits: [queriesRefreshed.type], version: 4 };

/** The worker, over a database at version 4 and a cache that is empty. */
async function aWorker() {
  let stored: number | null = null;
  const run = jest.fn(async () => {
    stored = 4;
    return stored;
  });
  const refresher = createRefresher({ storedVersion: async () => stored, run });
  const clock = fixedClock(at);
  const broker = createMemoryBroker({ clock, acceptUnroutable: true });
  const config = {
    EMPLOYMENT_DATABASE_URL: 'mysql://unused',
    REDIS_URL: 'redis://unused',
    TRIBUTARY_INSTANCE: 'unused',
  };
  const log = createLog('test', 'silent');
  const worker = await startWorker(
    { ...queryRefresher, connect: () => ({ refresher }) },
    { broker, config, clock, log },
  );
  const announced = () => broker.sent.filter(({ type }) => type === queriesRefreshed.type);
  return { broker, run, announced, stop: () => worker.stop() };
}

describe('the query-refresher', () => {
  test('handling the same message twice changes nothing', async () => {
    const { broker, run, announced, stop } = await aWorker();
    for (const _ of [1, 2]) await broker.publish(loadCompleted, completed, { messageId: 'the-same' });
    await broker.idle();
    expect(run).toHaveBeenCalledTimes(1);
    const [first, second] = announced();
    expect(first?.body).toEqual({ uploadId, at, version: 4 });
    expect(second).toEqual(first);
    await stop();
  });

  test('runs the queries again after a load that failed, and announces nothing', async () => {
    const { broker, run, announced, stop } = await aWorker();
    await broker.publish(loadFailed, { uploadId, at, ...counts, failure: 'The quotes are unbalanced.' });
    await broker.idle();
    expect(run).toHaveBeenCalledTimes(1);
    expect(announced()).toEqual([]);
    await stop();
  });
});
