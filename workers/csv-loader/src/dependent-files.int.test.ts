import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';
import type { Upload } from './load-dependencies.ts';

const hires = '1,Ana,2021-11-07T02:48:42Z,1,1\n2,Ben,2021-11-08T02:48:42Z,2,1\n';

describe('hired employees sent together with their departments and jobs', () => {
  let bench: LoadingBench;
  beforeAll(async () => {
    bench = await openLoadingBench();
  });
  beforeEach(() => bench.empty());
  afterAll(() => bench.close());

  const isWaitingFor = (what: string) => ({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(`Waiting for ${what}`),
  });
  const employees = async () =>
    (await bench.everything()).employees.map(({ id, name }: { id: number; name: string }) => [id, name]);

  function sendTogether(departments: string) {
    const references = [bench.anUpload('DEPARTMENTS', departments), bench.anUpload('JOBS', '1,Engineer\n')] as const;
    const dependsOn = references.map(({ uploadId }) => uploadId);
    return [...references, bench.anUpload('HIRED_EMPLOYEES', hires, { dependsOn })] as const;
  }

  test('wait, saying for what, until both have ended, and then load every row', async () => {
    const [departments, jobs, hired] = sendTogether('1,Sales\n2,Research\n');
    await expect(bench.load(hired)).rejects.toMatchObject(isWaitingFor('2 earlier uploads of departments or jobs'));
    await bench.load(jobs);
    await expect(bench.load(hired)).rejects.toMatchObject(isWaitingFor('an earlier upload of departments or jobs'));
    await bench.load(departments);
    await bench.load(hired);
    expect(await employees()).toEqual([
      [1, 'Ana'],
      [2, 'Ben'],
    ]);
    expect(await bench.rejections(hired)).toHaveLength(0);
  });

  test('wait for one that is half loaded, whose departments they would reject', async () => {
    const [departments, jobs, hired] = sendTogether(`1,Sales\n${'x'.repeat(20_000)},bad\n2,Research\n`);
    await bench.load(jobs);
    const waiting: Promise<void>[] = [];
    await bench.load(departments, {
      chunkRows: 1,
      async publish({ type }) {
        if (!type.endsWith('progressed')) return;
        const early = expect(bench.load(hired)).rejects;
        waiting.push(early.toMatchObject(isWaitingFor('an earlier upload of departments or jobs')));
        await Promise.all(waiting);
      },
    });
    expect(waiting).toHaveLength(1);
    await bench.load(hired);
    expect(await employees()).toHaveLength(2);
  });

  test('load with rejections when the departments fail, instead of waiting for ever', async () => {
    const [departments, jobs, hired] = sendTogether('1,Sales\n2,"Research\n');
    await expect(bench.load(hired)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await bench.load(departments);
    await bench.load(jobs);
    await bench.load(hired);
    expect(bench.published.map(({ type }) => type).filter((type) => !type.endsWith('started'))).toEqual([
      'csv-loader.work.failed',
      'csv-loader.work.completed',
      'csv-loader.work.completed',
    ]);
    expect(bench.published.at(-1)?.body).toMatchObject({ counts: { rowsRead: 2, rowsLoaded: 0, rowsRejected: 2 } });
    expect([...(await bench.rejections(hired))]).toEqual([
      { line: 1, column: 'department_id', code: 'UNKNOWN_DEPARTMENT' },
      { line: 2, column: 'department_id', code: 'UNKNOWN_DEPARTMENT' },
    ]);
  });

  test('end the same when all three are delivered at once, over and over, in any order', async () => {
    const uploads = sendTogether('1,Sales\n2,Research\n');
    const ended = new Set<Upload>();
    for (let tries = 0; ended.size < uploads.length; tries++) {
      expect(tries).toBeLessThan(3);
      const deliveries = uploads.toReversed().map((upload) =>
        bench.load(upload).then(
          () => ended.add(upload),
          (error) => expect(error).toMatchObject({ code: 'UNAVAILABLE' }),
        ),
      );
      await Promise.all(deliveries);
    }
    expect(await employees()).toHaveLength(2);
  });
});
