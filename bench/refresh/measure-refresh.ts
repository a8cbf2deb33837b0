import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { computeQueryResults, type EmploymentDb, recountHiresIfStale } from '@tributary/employment-db';
import { scrape } from '../../e2e/metrics-page.ts';
import type { BenchStack } from '../harness/bench-stack.ts';
import type { Context } from '../harness/context.ts';
import { openBenchFixture } from '../intake/bench-fixture.ts';
import { writeHires } from '../intake/hires-file.ts';
import { sendFile } from '../intake/send-file.ts';
import { fillEmployees } from './fill-employees.ts';

const rowsEach = 10;

/** Counts many employees as each refresh once did; then loads small files and takes the time of each refresh. */
export async function measureRefresh(context: Context) {
  const { pick, log } = context;
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-refresh-'));
  context.onEnd(() => rm(folder, { recursive: true }));
  const { stack, db, close } = await openBenchFixture(context, folder);
  const rows = pick({ full: 5_000_000, quick: 200_000, tiny: 500 });
  log(`${rows} employees`);
  await fillEmployees(db, rows);
  // The employees were written without counting them.
  await db.pool.query('UPDATE data_version SET version = version + 1');
  const countS: number[] = [];
  for (let round = 0; round < pick({ full: 10, quick: 5, tiny: 1 }); round++)
    countS.push(await secondsFor(() => computeQueryResults(db.pool)));
  const recountS = await secondsFor(() => recountHiresIfStale(db.pool));
  const loads = [];
  const count = pick({ full: 100, quick: 20, tiny: 2 });
  log(`${count} loads of ${rowsEach} hires`);
  for (let index = 0; index < count; index++) {
    const file = await writeHires(folder, rowsEach, 1 + index * rowsEach);
    const before = await readRefreshes(stack);
    const { completedS } = await sendFile(stack, { ...file, kind: 'HIRED_EMPLOYEES' });
    const after = await readRefreshes(stack);
    loads.push({ completedS, refreshS: (after.seconds - before.seconds) / Math.max(1, after.count - before.count) });
  }
  const groups = await countGroups(db);
  await close();
  return { rows, groups, rowsEach, countS, recountS, loads };
}

async function secondsFor(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1000;
}

async function countGroups({ pool }: EmploymentDb): Promise<number> {
  const [row] = await pool.query('SELECT COUNT(*) AS number FROM hires_by_quarter');
  return Number(row.number);
}

/** How many refreshes the query-refresher has made, and their time. */
async function readRefreshes({ metricsUrls }: BenchStack): Promise<{ count: number; seconds: number }> {
  const page = await scrape(metricsUrls.get('query-refresher') ?? '');
  const name = 'tributary_refresher_refresh_seconds';
  return { count: page.sum(`${name}_count`), seconds: page.sum(`${name}_sum`) };
}
