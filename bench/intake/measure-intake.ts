import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PrismaEmploymentDb } from '../../prisma/employment/fixtures/prisma-db.ts';
import type { Context } from '../harness/context.ts';
import type { ProcessCost } from '../harness/process-cost.ts';
import { emptyTable, timeCreateMany, timeInserts, timeLoadData } from './baselines.ts';
import { type BenchFixture, openBenchFixture } from './bench-fixture.ts';
import { writeHires } from './hires-file.ts';
import { sendFile } from './send-file.ts';

const hires = 'HIRED_EMPLOYEES';

/** Files of growing size against the baselines; then a small file beside a large one. */
export async function measureIntake(context: Context) {
  const { pick, log } = context;
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-intake-'));
  context.onEnd(() => rm(folder, { recursive: true }));
  const ground = await openBenchFixture(context, folder);
  const sizes: Awaited<ReturnType<typeof measureSize>>[] = [];
  for (const rows of pick({
    full: [10_000, 100_000, 1_000_000, 5_000_000],
    quick: [10_000, 200_000],
    tiny: [500],
  })) {
    log(`${rows} rows`);
    if (rows > 1_000_000) await warnOfSmallPool(ground.db, log);
    sizes.push(await measureSize(context, ground, folder, rows));
  }
  const beside = await measureBeside(context, ground, folder);
  await ground.close();
  return { sizes, beside };
}

/** What does not fit into the server's buffer pool waits for the disk, ours and LOAD DATA alike. */
async function warnOfSmallPool({ pool }: PrismaEmploymentDb, log: Context['log']): Promise<void> {
  const [{ bytes }] = await pool.query('SELECT @@innodb_buffer_pool_size AS bytes');
  if (Number(bytes) >= 2 ** 30) return;
  log('This takes an hour: the server’s buffer pool is under 1 GiB. TRIBUTARY_SERVERS=private starts one with more.');
}

async function measureSize(context: Context, { stack, db, url }: BenchFixture, folder: string, rows: number) {
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
      return { transferS: 0, loadedS: await timeLoadData(url, file), completedS: 0 };
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
            createMany: inTable(() => timeCreateMany(db, file)),
            // An INSERT each for a hundred thousand rows takes minutes: once is enough.
            insertEach: inTable(async (round) => (rows > 10_000 && round > 0 ? 0 : timeInserts(db, file))),
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
async function measureBeside({ pick, log }: Context, { stack, db }: BenchFixture, folder: string) {
  await emptyTable(db, 'employees');
  const rows = pick({ full: 5_000_000, quick: 200_000, tiny: 500 });
  const count = pick({ full: 10, quick: 3, tiny: 1 });
  const small = await writeHires(folder, 1_000, 20_000_001);
  const large = [await writeHires(folder, rows), await writeHires(folder, Math.min(rows, 1_000_000), 10_000_001)];
  const sendSmall = () => sendFile(stack, { ...small, kind: hires });
  const alone = [];
  for (let index = 0; index < count; index++) alone.push(await sendSmall());
  log('small files beside large ones');
  const loading = Promise.all(large.map((file) => sendFile(stack, { ...file, kind: hires })));
  loading.catch(() => {});
  await waitUntilLoading(db);
  const beside = [];
  for (let index = 0; index < count; index++) beside.push(await sendSmall());
  await loading;
  return { rows, alone, beside };
}

async function waitUntilLoading({ pool }: PrismaEmploymentDb): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const [row] = await pool.query("SELECT COUNT(*) AS loading FROM loads WHERE state = 'LOADING' AND rows_read > 0");
    if (Number(row.loading) > 0) return;
    await sleep(50);
  }
}
