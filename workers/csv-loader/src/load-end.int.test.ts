import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';
import { purgeLoad } from './deleted-load.ts';
import { loadDelivery } from './load-delivery.ts';
import type { LoadDependencies, Upload } from './load-dependencies.ts';
import { endAsCancelled } from './load-end.ts';
import { countUnfinished, markDeadLettered } from './store/load-record.ts';

const log = createLog('test', 'silent');
const at = '2026-01-02T03:04:05.678Z';
const manyJobs = Array.from({ length: 3_000 }, (_, index) => `${index + 1},Job ${index}`).join('\n');

describe('a cancelled load', () => {
  let bench: LoadingBench;
  beforeAll(async () => {
    bench = await openLoadingBench();
  });
  beforeEach(() => bench.empty());
  afterAll(() => bench.close());

  const cancel = (upload: Upload) => endAsCancelled({ ...upload, at }, bench.dependencies);
  const deliver = (upload: Upload, more: Partial<LoadDependencies & { messageId: string }> = {}) =>
    loadDelivery(upload, { ...bench.dependencies, log, messageId: 'm 1 0', chunkRows: 100, ...more });
  const endsOf = ({ uploadId }: Upload) =>
    bench.published.filter(({ type, body }) => body.uploadId === uploadId && /completed|cancelled|failed$/.test(type));
  async function rowsOf({ sequence }: Upload) {
    const [row] = await bench.db.pool.query('SELECT COUNT(*) AS n FROM jobs WHERE sequence = ?', [sequence]);
    return Number(row.n);
  }
  const unended = (upload: Upload) => countUnfinished(bench.db.pool, [upload.uploadId]);

  test('stops within one chunk, keeps what is committed and reports exactly that', async () => {
    const upload = bench.anUpload('JOBS', manyJobs);
    let chunks = 0;
    const markProgress = () => {
      chunks++;
      if (chunks === 6) cancelling = cancel(upload);
    };
    let cancelling: Promise<void> = Promise.resolve();
    await deliver(upload, { markProgress });
    await cancelling;
    const rows = await rowsOf(upload);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(3_000);
    const ends = endsOf(upload);
    expect(ends.length).toBeGreaterThanOrEqual(1);
    for (const { type, body } of ends) {
      expect(type).toBe('csv-loader.work.cancelled');
      expect(body).toMatchObject({ counts: { rowsLoaded: rows, rowsRead: rows }, conditions: ['employment.results'] });
    }
  });

  test('that was never begun is not begun by a message that comes later', async () => {
    const upload = bench.anUpload('JOBS', manyJobs);
    await cancel(upload);
    await deliver(upload);
    expect(await rowsOf(upload)).toBe(0);
    const cancelled = { type: 'csv-loader.work.cancelled', body: { counts: { rowsLoaded: 0 }, conditions: [] } };
    expect(endsOf(upload)).toMatchObject([cancelled, cancelled]);
    expect(await unended(upload)).toBe(0);
  });

  test('that was completed before stays completed, and cancelling twice changes nothing', async () => {
    const [done, half] = [bench.anUpload('JOBS', '1,Engineer\n'), bench.anUpload('JOBS', '2,Pilot\n')];
    await deliver(done);
    await cancel(done);
    expect(endsOf(done).map(({ type }) => type)).toEqual(['csv-loader.work.completed', 'csv-loader.work.completed']);
    await cancel(half);
    await cancel(half);
    const [first, second] = endsOf(half);
    expect({ ...second?.body, at: first?.body.at }).toEqual(first?.body);
  });

  test('whose loader was killed keeps what that loader committed', async () => {
    const upload = bench.anUpload('JOBS', manyJobs);
    let chunks = 0;
    const shouldYield = () => ++chunks > 3;
    await expect(deliver(upload, { shouldYield })).rejects.toThrow();
    const rows = await rowsOf(upload);
    await cancel(upload);
    await deliver(upload);
    expect(await rowsOf(upload)).toBe(rows);
    expect(endsOf(upload).at(-1)).toMatchObject({
      type: 'csv-loader.work.cancelled',
      body: { counts: { rowsLoaded: rows } },
    });
  });

  test('completing and cancelling at the same time give one end, for which the counts are right', async () => {
    for (let round = 0; round < 10; round++) {
      const upload = bench.anUpload('JOBS', manyJobs.slice(0, 3_000));
      await Promise.all([deliver(upload), deliver(upload, { messageId: 'n 1 0' }), cancel(upload)]);
      const rows = await rowsOf(upload);
      const types = new Set(endsOf(upload).map(({ type }) => type));
      expect(types.size).toBe(1);
      for (const { body } of endsOf(upload)) expect(body.counts).toMatchObject({ rowsLoaded: rows });
    }
  });

  test('the same message handled twice at the same time loads every row once', async () => {
    const upload = bench.anUpload('JOBS', manyJobs);
    await Promise.all([deliver(upload), deliver(upload, { messageId: 'n 1 0', chunkRows: 70 })]);
    expect(await rowsOf(upload)).toBe(3_000);
    for (const { type, body } of endsOf(upload)) {
      expect({ type, ...body }).toMatchObject({ type: 'csv-loader.work.completed', counts: { rowsLoaded: 3_000 } });
    }
  });

  test('nothing waits for a load that was dead-lettered, until it is delivered again', async () => {
    const upload = bench.anUpload('JOBS', '1,Engineer\n');
    expect(await unended(upload)).toBe(1);
    await markDeadLettered(bench.db.pool, upload, new Date());
    expect(await unended(upload)).toBe(0);
    const isStuck = { read: () => Promise.reject(new Error('The disk is broken.')) };
    await expect(deliver(upload, { files: isStuck })).rejects.toThrow('broken');
    expect(await unended(upload)).toBe(1);
    await deliver(upload);
    await markDeadLettered(bench.db.pool, upload, new Date());
    expect(endsOf(upload)).toMatchObject([{ type: 'csv-loader.work.completed', body: { counts: { rowsLoaded: 1 } } }]);
  });

  test('deleting a dead-lettered upload cancels its load', async () => {
    const upload = bench.anUpload('JOBS', '1,Engineer\n');
    await markDeadLettered(bench.db.pool, upload, new Date());
    await purgeLoad({ uploadId: upload.uploadId, at }, bench.dependencies);
    await deliver(upload);
    expect(await rowsOf(upload)).toBe(0);
    expect(endsOf(upload).at(-1)?.type).toBe('csv-loader.work.cancelled');
  });
});
