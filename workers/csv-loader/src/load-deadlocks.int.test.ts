import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tributary/core';
import { waitFor } from '@tributary/testing';
import type { SqlError } from 'mariadb';
import { expectModel } from '../fixtures/expect-model.ts';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';
import { type ModelUpload, modelOfLoading } from '../fixtures/loading-model.ts';
import { watchedPool } from '../fixtures/watched-pool.ts';

const LOCK_WAIT_TIMEOUT = 1205;
const DEADLOCK = 1213;

describe('loaders that lock each other out', () => {
  let bench: LoadingBench;
  beforeAll(async () => {
    bench = await openLoadingBench();
  });
  beforeEach(() => bench.empty());
  afterAll(() => bench.close());

  test('eight of them over the same ids in different orders never deadlock and end exactly, each delivered once', async () => {
    const uploads = Array.from({ length: 8 }, (_, index) =>
      aJobsUpload(bench, shuffledIds(6_000, index), `Job ${index}`),
    );
    const failed: number[] = [];
    const pool = contendingPool(bench, 10, (errno) => failed.push(errno));
    await Promise.all(uploads.map(({ upload }) => bench.load(upload, { db: { pool }, chunkRows: 500 })));
    expect(failed).not.toContain(DEADLOCK);
    expectModel(modelOfLoading(uploads.map(({ model }) => model)), await bench.everything(), bench.published);
  });

  test('a deadlock with someone else is tried again and the load ends exactly, delivered once', async () => {
    const { upload, model } = aJobsUpload(bench, [1, 2], 'Job');
    // Of two transactions in a deadlock the one that changed less is the victim.
    const other = await holdJobs(bench, shuffledIds(100, 0).slice(1));
    const failed: number[] = [];
    const loading = bench.load(upload, { db: { pool: contendingPool(bench, 10, (errno) => failed.push(errno)) } });
    // The server looks anew only when nobody has asked for 100 ms.
    await waitFor(() => isWaitingForLock(bench, upload.uploadId), { intervalMs: 150 });
    await other.hold([1]);
    await other.release();
    await loading;
    expect(failed).toEqual([DEADLOCK]);
    expectModel(modelOfLoading([model]), await bench.everything(), bench.published);
  });

  test('a lock wait that times out is tried again and the load ends exactly, delivered once', async () => {
    const { upload, model } = aJobsUpload(bench, [1, 2, 3], 'Job');
    const other = await holdJobs(bench, [2]);
    const failed: number[] = [];
    const pool = contendingPool(bench, 1, async (errno) => {
      failed.push(errno);
      await other.release();
    });
    await bench.load(upload, { db: { pool } });
    expect(failed).toEqual([LOCK_WAIT_TIMEOUT]);
    expectModel(modelOfLoading([model]), await bench.everything(), bench.published);
  });

  test('a lock that stays is waited for with growing pauses, then by the queue, and the load ends exactly after it', async () => {
    const { upload, model } = aJobsUpload(bench, [1, 2, 3], 'Job');
    const other = await holdJobs(bench, [2]);
    const pausesMs: number[] = [];
    const clock = { ...systemClock, sleep: async (ms: number) => void pausesMs.push(ms) };
    const pool = contendingPool(bench, 0, () => {});
    await expect(bench.load(upload, { db: { pool }, clock })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(pausesMs).toHaveLength(9);
    for (const [index, ms] of pausesMs.entries()) expect(ms).toBeLessThanOrEqual(Math.min(1_000, 20 * 2 ** index));
    expect(new Set(pausesMs).size).toBe(9);
    expect((await bench.everything()).loads).toMatchObject([{ state: 'LOADING', rows_read: 0 }]);
    await other.release();
    await bench.load(upload);
    expectModel(modelOfLoading([model]), await bench.everything(), bench.published);
  });

  test('a loader told to stop does not try again', async () => {
    const { upload } = aJobsUpload(bench, [1], 'Job');
    const other = await holdJobs(bench, [1]);
    const stopping = new AbortController();
    let failures = 0;
    const pool = contendingPool(bench, 0, () => {
      failures++;
      stopping.abort();
    });
    await expect(bench.load(upload, { db: { pool }, signal: stopping.signal })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('stopping'),
    });
    expect(failures).toBe(1);
    await other.release();
  });
});

function aJobsUpload(bench: LoadingBench, ids: readonly number[], name: string) {
  const lines = ids.map((id) => [`${id}`, `${name} ${id}`]);
  const upload = bench.anUpload('JOBS', lines.map((cells) => cells.join(',')).join('\n'));
  const { uploadId, sequence } = upload;
  const model: ModelUpload = { uploadId, sequence, kind: 'JOBS', lines, hasHeader: false, isBroken: false };
  return { upload, model };
}

/** The ids 1 to `count`, each time in another order: the steps visit them all where they have no factor in common with `count`. */
function shuffledIds(count: number, variant: number): number[] {
  const step = [1, 5999, 7, 5993, 11, 13, 17, 19][variant] ?? 1;
  return Array.from({ length: count }, (_, index) => ((index * step) % count) + 1);
}

/** Holds the rows of these jobs, as another loader's unfinished transaction does, until they are released. */
async function holdJobs({ db }: LoadingBench, ids: readonly number[]) {
  const connection = await db.pool.getConnection();
  await connection.beginTransaction();
  const transaction = {
    async hold(more: readonly number[]) {
      await connection.batch(
        "INSERT INTO jobs (id, name, sequence, first_sequence, upload_id) VALUES (?, 'In between', 1, 1, '')",
        more.map((id) => [id]),
      );
    },
    async release() {
      await connection.rollback();
      await connection.release();
    },
  };
  await transaction.hold(ids);
  return transaction;
}

async function isWaitingForLock({ db }: LoadingBench, uploadId: string): Promise<boolean> {
  const waiting = await db.pool.query(
    "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE ?",
    [`%${uploadId}%`],
  );
  return waiting.length > 0;
}

/** The bench's pool, whose transactions wait for locks that long and tell of every deadlock and timeout. */
function contendingPool({ db }: LoadingBench, lockWaitSeconds: number, onContention: (errno: number) => unknown) {
  return watchedPool(db.pool, async (run, connection) => {
    await connection.query('SET SESSION innodb_lock_wait_timeout = ?', [lockWaitSeconds]);
    return run().catch(async (error: SqlError) => {
      if ([LOCK_WAIT_TIMEOUT, DEADLOCK].includes(error.errno)) await onContention(error.errno);
      throw error;
    });
  });
}
