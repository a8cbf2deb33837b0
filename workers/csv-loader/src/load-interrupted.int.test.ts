import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';

/** Some 60,000 hires, three chunks, with bad rows and a repeated id far from its first. */
const manyHires = Array.from({ length: 60_000 }, (_, index) => {
  if (index % 1000 === 7) return `${index + 1},,2021-01-01T00:00:00Z,1,1`;
  if (index === 59_990) return '5,Again,2021-01-01T00:00:00Z,1,1';
  return `${index + 1},Name ${index},2021-0${1 + (index % 9)}-15T10:20:30Z,${1 + (index % 2)},2`;
}).join('\r\n');

describe('a load that is interrupted', () => {
  let bench: LoadingBench;
  beforeAll(async () => {
    bench = await openLoadingBench();
  });
  beforeEach(async () => {
    await bench.empty();
    await bench.load(bench.anUpload('DEPARTMENTS', '1,Sales\n2,Research\n'));
    await bench.load(bench.anUpload('JOBS', '1,Engineer\n2,"Manager, Senior"\n'));
    bench.published.length = 0;
  });
  afterAll(() => bench.close());

  const last = () => bench.published.at(-1)?.body ?? {};

  test('ends exactly the same when it dies at any statement and starts again', async () => {
    const upload = bench.anUpload('HIRED_EMPLOYEES', manyHires);
    await bench.load(upload);
    const expected = await bench.everything();
    await bench.db.pool.query('DELETE FROM employees');
    await bench.db.pool.query('DELETE FROM rejections');
    await bench.db.pool.query('DELETE FROM loads WHERE upload_id = ?', [upload.uploadId]);

    let checkpoints = 0;
    for (let statement = 3; ; statement += 2) {
      const died = await bench.load(upload, { db: { pool: poolThatDies(bench, statement) } }).then(
        () => false,
        () => true,
      );
      const [load] = await bench.db.pool.query('SELECT rows_read AS rowsRead FROM loads WHERE upload_id = ?', [
        upload.uploadId,
      ]);
      if (died && load?.rowsRead > 0) checkpoints++;
      if (!died) break;
    }
    expect(checkpoints).toBeGreaterThan(0);
    expect(await bench.everything()).toEqual(expected);
  });

  test('two loaders of the same upload at once end as one', async () => {
    const upload = bench.anUpload('HIRED_EMPLOYEES', manyHires);
    await Promise.all([bench.load(upload), bench.load(upload)]);
    const { employees, rejections } = await bench.everything();
    expect([employees.length, rejections.length]).toEqual([59_939, 61]);
    expect(last()).toMatchObject({ counts: { rowsRead: 60_000, rowsLoaded: 59_939, rowsRejected: 61 } });
  });

  test('stops between chunks when told to, keeping what is committed', async () => {
    const upload = bench.anUpload('HIRED_EMPLOYEES', manyHires);
    const stop = new AbortController();
    const publish: typeof bench.dependencies.publish = async (event) => {
      if (event.type.endsWith('progressed')) stop.abort();
    };
    await expect(bench.load(upload, { publish, signal: stop.signal })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await bench.load(upload);
    expect(last()).toMatchObject({ counts: { rowsRead: 60_000, rowsLoaded: 59_939, rowsRejected: 61 } });
  });
});

/** The bench's pool, whose connections all break from the n-th statement on. */
function poolThatDies({ db }: LoadingBench, statements: number): LoadingBench['db']['pool'] {
  let left = statements;
  const dying = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, key) {
        const value = Reflect.get(object, key);
        if (typeof value !== 'function') return value;
        if (key === 'getConnection') return async () => dying(await value.call(object));
        if (key !== 'query' && key !== 'commit' && key !== 'beginTransaction') return value.bind(object);
        return async (...input: unknown[]) => {
          if (left-- <= 0) throw unavailable('killed');
          return value.apply(object, input);
        };
      },
    });
  return dying(db.pool);
}
