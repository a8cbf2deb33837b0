import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { computeQueryResults } from '@tributary/employment-db';
import { type LoadingBench, openLoadingBench } from '../../fixtures/loading-bench.ts';
import type { Kind } from '../rows/kinds.ts';

let bench: LoadingBench;
beforeAll(async () => {
  bench = await openLoadingBench();
  await load('DEPARTMENTS', '1,Sales\n2,Support');
  await load('JOBS', '1,Clerk');
  await load(
    'HIRED_EMPLOYEES',
    '1,Ana,2020-02-01T00:00:00Z,1,1\n2,Ben,2021-02-01T00:00:00Z,1,1\n3,Cem,2022-02-01T00:00:00Z,2,1',
  );
});
afterAll(() => bench.close());

/** Loads a file and returns the years whose results it changed, as they are now. */
async function load(kind: Kind, content: string) {
  const { version } = await computeQueryResults(bench.db.pool);
  await bench.load(bench.anUpload(kind, content));
  const { kept, counted } = await bench.hires();
  expect(kept).toEqual(counted);
  const { hiresByQuarter } = await computeQueryResults(bench.db.pool, version);
  return Object.fromEntries([...hiresByQuarter].map(([year, rows]) => [year, rows.map((row) => row.department)]));
}

test('a department that is renamed changes the years it hired in, and no others', async () => {
  expect(await load('DEPARTMENTS', '1,Sales and more')).toEqual({ 2020: ['Sales and more'], 2021: ['Sales and more'] });
  expect(await load('JOBS', '2,Baker')).toEqual({});
});

test('a hire that moves changes the year it leaves and the one it comes to; a new name of a person changes none', async () => {
  expect(await load('HIRED_EMPLOYEES', '2,Ben,2022-05-01T00:00:00Z,2,1')).toEqual({ 2021: [], 2022: ['Support'] });
  expect(await load('HIRED_EMPLOYEES', '2,Benjamin,2022-06-30T00:00:00Z,2,1')).toEqual({});
});
