import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';

const ROWS = 8_000;
const ids = Array.from({ length: ROWS }, (_, index) => index + 1);
const jobs = (order: readonly number[], name: string) => order.map((id) => `${id},${name} ${id}`).join('\n');

describe('loads that meet in the database', () => {
  let bench: LoadingBench;
  beforeAll(async () => {
    bench = await openLoadingBench();
  });
  beforeEach(() => bench.empty());
  afterAll(() => bench.close());

  test('two uploads of the same ids in opposite order, loaded at once, end as the later one says', async () => {
    for (let round = 1; round <= 3; round++) {
      const uploads = [
        bench.anUpload('JOBS', jobs(ids, `Earlier ${round}`)),
        bench.anUpload('JOBS', jobs(ids.toReversed(), `Later ${round}`)),
      ];
      await Promise.all(uploads.map((upload) => loadUntilItEnds(bench, upload)));
      const stored: { name: string }[] = (await bench.everything()).jobs;
      expect(stored.map(({ name }) => name)).toEqual(ids.map((id) => `Later ${round} ${id}`));
    }
  });

  test('a load whose connections are killed on the way ends exactly when it is repeated', async () => {
    const upload = bench.anUpload('JOBS', jobs([...ids, 1, 2], 'Job'));
    let killing: Promise<void> | undefined;
    await bench
      .load(upload, {
        chunkRows: 2_000,
        publish: async ({ type }) => {
          if (type.endsWith('progressed')) killing ??= killConnections(bench);
        },
      })
      .catch((error) => expect(error).toMatchObject({ code: 'UNAVAILABLE' }));
    expect(killing).toBeDefined();
    await killing;
    await loadUntilItEnds(bench, upload);
    const { jobs: stored, rejections, loads } = await bench.everything();
    expect([stored.length, rejections.length]).toEqual([ROWS, 2]);
    expect(loads).toMatchObject([{ state: 'COMPLETED', rows_read: ROWS + 2, rows_loaded: ROWS, rows_rejected: 2 }]);
  });
});

/** Repeats a load as the worker's runtime does: only for UNAVAILABLE, and here ten times at most. */
async function loadUntilItEnds(bench: LoadingBench, upload: Parameters<LoadingBench['load']>[0]): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await bench.load(upload);
    } catch (error) {
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      if (tries === 10) throw error;
    }
  }
}

/** Ends every connection to this test's database but the one that asks. */
async function killConnections({ db }: LoadingBench): Promise<void> {
  const connection = await db.pool.getConnection();
  try {
    const others: { id: number | bigint }[] = await connection.query(
      'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
    );
    // One that has gone by itself meanwhile is no fault.
    for (const { id } of others) await connection.query(`KILL ${id}`).catch(() => {});
  } finally {
    await connection.release();
  }
}
