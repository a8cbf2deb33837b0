import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmploymentDb, openEmploymentDb } from '@tributary/employment-db';
import type { BenchStack } from '../frame/bench-stack.ts';
import type { Context } from '../frame/context.ts';
import type { ProcessCost } from '../frame/process-cost.ts';
import { createMany, emptyTable, insertEach, loadData } from './baselines.ts';
import { DEPARTMENTS, JOBS, writeHires } from './hires-file.ts';
import { sendFile } from './send-file.ts';

const hires = 'HIRED_EMPLOYEES';

/** Files of growing size against the baselines; then many files and loaders at once; then a small file beside a large one. */
export async function measureIntake(context: Context) {
  const { pick, tell } = context;
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-intake-'));
  context.onEnd(() => rm(folder, { recursive: true }));
  const ground = await openGround(context, folder, 1);
  const sizes: Awaited<ReturnType<typeof measureSize>>[] = [];
  for (const rows of pick({
    full: [10_000, 100_000, 1_000_000, 5_000_000],
    quick: [10_000, 200_000],
    tiny: [500],
  })) {
    tell(`${rows} rows`);
    if (rows > 1_000_000) await tellOfPool(ground.db, tell);
    sizes.push(await measureSize(context, ground, folder, rows));
  }
  const beside = await measureBeside(context, ground, folder);
  await ground.close();
  const together: Awaited<ReturnType<typeof measureTogether>>[] = [];
  for (const loaders of pick({ full: [1, 2, 4], quick: [], tiny: [] })) {
    tell(`${loaders} loader processes`);
    together.push(await measureTogether(context, folder, loaders));
  }
  return { sizes, beside, together };
}

interface Ground {
  stack: BenchStack;
  db: EmploymentDb;
  url: string;
  close(): Promise<void>;
}

/** A system of its own with departments and jobs in it; where no figure counts, the one of all. */
async function openGround(context: Context, folder: string, loaders: number): Promise<Ground> {
  const isShared = context.size === 'tiny';
  const stack = isShared
    ? await context.sharedStack()
    : await context.openStack({ replicas: { 'csv-loader': loaders } });
  const url = stack.environment.EMPLOYMENT_DATABASE_URL ?? '';
  const db = openEmploymentDb(url);
  context.onEnd(() => db.close());
  for (const [kind, count] of [['DEPARTMENTS', DEPARTMENTS] as const, ['JOBS', JOBS] as const]) {
    const file = path.join(folder, `${kind}.csv`);
    await writeFile(file, Array.from({ length: count }, (_, index) => `${index + 1},${kind} ${index}\n`).join(''));
    await sendFile(stack, { file, kind });
  }
  return { stack, db, url, close: async () => (isShared ? undefined : stack.close()) };
}

/** What does not fit into the server's buffer pool waits for the disk, ours and LOAD DATA alike. */
async function tellOfPool({ pool }: EmploymentDb, tell: Context['tell']): Promise<void> {
  const [{ bytes }] = await pool.query('SELECT @@innodb_buffer_pool_size AS bytes');
  if (Number(bytes) >= 2 ** 30) return;
  tell('This takes an hour: the server’s buffer pool is under 1 GiB. TRIBUTARY_SERVERS=private starts one with more.');
}

async function measureSize(context: Context, { stack, db, url }: Ground, folder: string, rows: number) {
  const file = await writeHires(folder, rows);
  const costs: Record<string, ProcessCost>[] = [];
  const compared = {
    ours: async () => {
      await emptyTable(db, 'employees');
      const end = stack.meter();
      const timing = await sendFile(stack, { ...file, kind: hires });
      costs.push(end());
      return timing;
    },
    bare: async () => {
      await emptyTable(db, 'bare_employees');
      return { transferS: 0, loadedS: await loadData(url, file), completedS: 0 };
    },
  };
  const inTable = (write: (round: number) => Promise<number>) => async (round: number) => {
    await emptyTable(db, 'employees');
    return write(round);
  };
  const rounds = context.pick({ full: rows > 1_000_000 ? 3 : 5, quick: 3, tiny: 1 });
  const measured = await context.rotate(compared, rounds);
  const slowRounds = rows > 100_000 ? 0 : Math.min(rounds, context.pick({ full: 3, quick: 1, tiny: 1 }));
  const slow =
    slowRounds === 0
      ? { createMany: [], insertEach: [] }
      : await context.rotate(
          {
            createMany: inTable(() => createMany(db, file)),
            // An INSERT each for a hundred thousand rows takes minutes: once is enough.
            insertEach: inTable(async (round) => (rows > 10_000 && round > 0 ? 0 : insertEach(db, file))),
          },
          slowRounds,
        );
  await emptyTable(db, 'bare_employees');
  const bare = measured.bare.map(({ loadedS }) => loadedS);
  return {
    rows,
    good: file.good,
    ours: measured.ours,
    bare,
    ...slow,
    insertEach: slow.insertEach.filter((s) => s > 0),
    costs,
  };
}

/** How long small files take alone, and while two large ones load. */
async function measureBeside({ pick, tell }: Context, { stack, db }: Ground, folder: string) {
  await emptyTable(db, 'employees');
  const rows = pick({ full: 5_000_000, quick: 200_000, tiny: 500 });
  const count = pick({ full: 10, quick: 3, tiny: 1 });
  const small = await writeHires(folder, 1_000, 20_000_001);
  const large = [await writeHires(folder, rows), await writeHires(folder, Math.min(rows, 1_000_000), 10_000_001)];
  const sendSmall = () => sendFile(stack, { ...small, kind: hires });
  const alone = [];
  for (let index = 0; index < count; index++) alone.push(await sendSmall());
  tell('small files beside large ones');
  const loading = Promise.all(large.map((file) => sendFile(stack, { ...file, kind: hires })));
  loading.catch(() => {});
  await isLoading(db);
  const beside = [];
  for (let index = 0; index < count; index++) beside.push(await sendSmall());
  await loading;
  return { rows, alone, beside };
}

async function isLoading({ pool }: EmploymentDb): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const [row] = await pool.query("SELECT COUNT(*) AS loading FROM loads WHERE state = 'LOADING' AND rows_read > 0");
    if (Number(row.loading) > 0) return;
    await sleep(50);
  }
}

/** One, two and ten equal files at once: seconds until the last is committed. */
async function measureTogether(context: Context, folder: string, loaders: number) {
  const ground = await openGround(context, folder, loaders);
  const rows = 200_000;
  const runs: { files: number; rows: number; seconds: number }[] = [];
  for (const files of [1, 2, 10]) {
    await emptyTable(ground.db, 'employees');
    const written = await Promise.all(
      Array.from({ length: files }, (_, index) => writeHires(folder, rows, 1 + index * rows)),
    );
    const timings = await Promise.all(written.map((file) => sendFile(ground.stack, { ...file, kind: hires })));
    const seconds = Math.max(...timings.map(({ transferS, loadedS }) => transferS + loadedS));
    runs.push({ files, rows: files * rows, seconds });
  }
  await ground.close();
  return { loaders, runs };
}
