import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog, unavailable } from '@tributary/core';
import { waitFor } from '@tributary/testing';
import { UnrecoverableError } from '@tributary/worker';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';
import { loadDelivery } from './load-delivery.ts';
import type { LoadDependencies, Upload } from './load-dependencies.ts';

const log = createLog('test', 'silent');
const manyJobs = Array.from({ length: 20_000 }, (_, index) => `${index + 1},Job ${index}`).join('\n');

describe('loadDelivery', () => {
  let bench: LoadingBench;
  beforeAll(async () => {
    bench = await openLoadingBench();
  });
  afterAll(() => bench.close());

  const deliver = (upload: Upload, messageId: string, more: Partial<LoadDependencies> = {}) =>
    loadDelivery(upload, { ...bench.dependencies, signal: new AbortController().signal, log, messageId, ...more });
  const begunIs = (upload: Upload, expected: number) =>
    waitFor(async () => {
      const [{ starts }] = await bench.db.pool.query(
        'SELECT COALESCE(SUM(starts), 0) AS starts FROM load_deliveries WHERE upload_id = ?',
        [upload.uploadId],
      );
      return Number(starts) === expected;
    });

  /** A file store that gives no answer until it is told which. */
  function aStuckStore() {
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => reject(unavailable('The file store is away.'));
    });
    left.catch(() => undefined);
    return { files: { read: () => left }, leave: () => leave() };
  }

  test('does not count what ends in order, however often the very same delivery comes again', async () => {
    const upload = bench.anUpload('JOBS', '1,Engineer\n');
    for (let round = 0; round < 8; round++) {
      const { files, leave } = aStuckStore();
      leave();
      const reason = { code: 'UNAVAILABLE', message: 'Waiting for the file store' };
      await expect(deliver(upload, 'again', { files })).rejects.toMatchObject(reason);
      await begunIs(upload, 0);
    }
    await deliver(upload, 'again');
    expect(bench.published.at(-1)?.type).toBe('csv-loader.work.completed');
  });

  test('takes five deaths without progress for the file killing its worker, then starts with a clean count', async () => {
    const upload = bench.anUpload('JOBS', '1,Engineer\n');
    for (let life = 1; life <= 5; life++) {
      void deliver(upload, 'again', aStuckStore());
      await begunIs(upload, life);
    }
    await expect(deliver(upload, 'again')).rejects.toBeInstanceOf(UnrecoverableError);
    await deliver(upload, 'again');
    expect(bench.published.at(-1)?.type).toBe('csv-loader.work.completed');
  });

  test('counts the crashes of each of two messages of an upload, whatever the other does', async () => {
    const upload = bench.anUpload('JOBS', '1,Engineer\n');
    for (let life = 1; life <= 5; life++) {
      void deliver(upload, 'first', aStuckStore());
      void deliver(upload, 'sent again', aStuckStore());
      await begunIs(upload, 2 * life);
    }
    await expect(deliver(upload, 'first')).rejects.toBeInstanceOf(UnrecoverableError);
    await expect(deliver(upload, 'sent again')).rejects.toBeInstanceOf(UnrecoverableError);
    await begunIs(upload, 0);
  });

  test('takes no number of messages that are handled at the same time for crashes', async () => {
    const upload = bench.anUpload('JOBS', '1,Engineer\n');
    for (let message = 1; message <= 8; message++) void deliver(upload, `message ${message}`, aStuckStore());
    await begunIs(upload, 8);
    await deliver(upload, 'another');
    expect(bench.published.at(-1)?.type).toBe('csv-loader.work.completed');
    await deliver(upload, 'message 1');
    await begunIs(upload, 0);
  });

  test('two deliveries of an upload at once never make a death of each other', async () => {
    const upload = bench.anUpload('JOBS', manyJobs);
    for (let round = 0; round < 8; round++) {
      const { files, leave } = aStuckStore();
      const both = [deliver(upload, 'again', { files }), deliver(upload, 'again', { files })];
      await begunIs(upload, 2);
      leave();
      await Promise.allSettled(both);
      await begunIs(upload, 0);
    }
    await Promise.all([deliver(upload, 'again'), deliver(upload, 'again'), deliver(upload, 'another')]);
    expect(bench.published.at(-1)).toMatchObject({
      type: 'csv-loader.work.completed',
      body: { counts: { rowsLoaded: 20_000 } },
    });
  });

  test('is given back the moment it is lost, though its work has not ended', async () => {
    const upload = bench.anUpload('JOBS', '1,Engineer\n');
    for (let round = 0; round < 8; round++) {
      const lost = new AbortController();
      void deliver(upload, 'again', { ...aStuckStore(), signal: lost.signal });
      await begunIs(upload, 1);
      lost.abort();
      await begunIs(upload, 0);
    }
  });
});
