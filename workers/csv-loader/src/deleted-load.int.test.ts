import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';
import { purgeLoad } from './deleted-load.ts';
import { loadDelivery } from './load-delivery.ts';
import type { Upload } from './load-dependencies.ts';

const log = createLog('test', 'silent');
const at = '2026-01-02T03:04:05.678Z';

describe('the load of a deleted upload', () => {
  let bench: LoadingBench;
  beforeAll(async () => {
    bench = await openLoadingBench();
  });
  beforeEach(() => bench.empty());
  afterAll(() => bench.close());

  const count = async (sql: string, upload: Upload) => Number((await bench.db.pool.query(sql, [upload.uploadId]))[0].n);
  const jobs = (upload: Upload) => count('SELECT COUNT(*) AS n FROM jobs WHERE upload_id = ?', upload);
  const rejections = (upload: Upload) => count('SELECT COUNT(*) AS n FROM rejections WHERE upload_id = ?', upload);
  const forget = ({ uploadId }: Upload) => purgeLoad({ uploadId, at }, bench.dependencies);

  test('keeps its rows and its counts, and no rejection, reason or other text of the file', async () => {
    const bad = Array.from({ length: 6_000 }, () => 'x,secret').join('\n');
    const [upload, other] = [
      bench.anUpload('JOBS', `1,Engineer\n${bad}\n`),
      bench.anUpload('JOBS', '2,Pilot\nx,Cook\n'),
    ];
    await bench.load(upload);
    await bench.load(other);
    await forget(upload);
    expect([await jobs(upload), await rejections(upload)]).toEqual([1, 0]);
    expect([await jobs(other), await rejections(other)]).toEqual([1, 1]);
    const [load] = await bench.db.pool.query('SELECT * FROM loads WHERE upload_id = ?', [upload.uploadId]);
    expect(load).toMatchObject({ state: 'COMPLETED', rows_rejected: 6_000, deleted_at: '2026-01-02 03:04:05.678' });
    expect(inspect(load, { depth: null })).not.toContain('secret');
  });

  test('is not loaded again by a message that comes late, and handling the deletion twice changes nothing', async () => {
    const upload = bench.anUpload('JOBS', '1,Engineer\nx,Cook\n');
    await bench.load(upload);
    await forget(upload);
    await loadDelivery(upload, { ...bench.dependencies, log, messageId: 'late' });
    expect(bench.published.at(-1)).toMatchObject({
      type: 'csv-loader.work.completed',
      body: { counts: { rowsLoaded: 1, rowsRejected: 1 }, problems: [] },
    });
    await forget(upload);
    expect([await jobs(upload), await rejections(upload)]).toEqual([1, 0]);
  });

  test('may be one that this worker never had', async () => {
    await forget(bench.anUpload('JOBS', ''));
  });
});
