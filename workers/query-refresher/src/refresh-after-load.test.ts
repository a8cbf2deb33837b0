import { describe, expect, jest, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { employmentResults, workEvents } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { fixedClock } from '@tributary/testing';
import { startWorker } from '@tributary/worker';
import { createRefresher } from './refresher.ts';
import queryRefresher from './worker.ts';

const uploadId = '0197c0de-0000-7000-8000-000000000001';
const at = '2026-01-02T03:04:05.678Z';
const { completed, failed } = workEvents('csv-loader');
const { settled } = workEvents('query-refresher');
const counts = { rowsRead: 1, rowsLoaded: 1, rowsRejected: 0 };
const work = { uploadId, at, counts, conditions: [employmentResults], version: 4 };

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
  const announced = () => broker.sent.filter(({ type }) => type === settled.type);
  return { broker, run, announced, stop: () => worker.stop() };
}

describe('the query-refresher', () => {
  test('handling the same message twice changes nothing', async () => {
    const { broker, run, announced, stop } = await aWorker();
    for (const _ of [1, 2]) await broker.publish(completed, work, { messageId: 'the-same' });
    await broker.idle();
    expect(run).toHaveBeenCalledTimes(1);
    const [first, second] = announced();
    expect(first?.body).toEqual({ uploadId, at, condition: employmentResults, version: 4 });
    expect(second).toEqual(first);
    await stop();
  });

  test('runs the queries again after a load that failed, and announces nothing', async () => {
    const { broker, run, announced, stop } = await aWorker();
    const failure = 'The quotes are unbalanced.';
    await broker.publish(failed, {
      uploadId,
      at,
      counts,
      code: 'INVALID_FILE',
      failure,
      conditions: [employmentResults],
    });
    await broker.idle();
    expect(run).toHaveBeenCalledTimes(1);
    expect(announced()).toEqual([]);
    await stop();
  });

  test('does nothing after work that changes no results', async () => {
    const { broker, run, announced, stop } = await aWorker();
    await broker.publish(completed, { ...work, conditions: [] });
    await broker.publish(failed, { uploadId, at, counts, code: 'NO_SOUND', failure: 'The video has no sound.' });
    await broker.idle();
    expect(run).not.toHaveBeenCalled();
    expect(announced()).toEqual([]);
    await stop();
  });

  test('settles a load that the previous version completed', async () => {
    const { broker, announced, stop } = await aWorker();
    const type = 'employment.load.completed';
    const former = { uploadId, at, ...counts, reasons: [], awaits: ['employment.queries.refreshed'], version: 4 };
    await broker.send({ messageId: 'old', type, routingKey: type, body: former });
    await broker.idle();
    expect(announced().map(({ body }) => body)).toEqual([{ uploadId, at, condition: employmentResults, version: 4 }]);
    await stop();
  });
});
