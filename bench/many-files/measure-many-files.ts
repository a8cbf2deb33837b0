import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import type { Context } from '../harness/context.ts';
import { sumCosts } from '../harness/process-cost.ts';
import { emptyTable } from '../intake/baselines.ts';
import { openBenchFixture } from '../intake/bench-fixture.ts';
import { writeHires } from '../intake/hires-file.ts';
import { sendFile } from '../intake/send-file.ts';

/** So many equal files at once to so many loader processes: seconds from the first byte sent until the last row is committed. */
export async function measureManyFiles(context: Context) {
  const { pick, log } = context;
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-many-files-'));
  context.onEnd(() => rm(folder, { recursive: true }));
  const rows = pick({ full: 200_000, quick: 50_000, tiny: 500 });
  const levels = [];
  for (const loaders of pick({ full: [1, 2, 4], quick: [1], tiny: [1] })) {
    log(`${loaders} loader processes`);
    const { stack, db, close } = await openBenchFixture(context, folder, loaders);
    const runs = [];
    for (const count of pick({ full: [1, 2, 10], quick: [1, 2], tiny: [2] })) {
      await emptyTable(db, 'employees');
      const indexes = Array.from({ length: count }, (_, index) => index);
      const files = await Promise.all(indexes.map((index) => writeHires(folder, rows, 1 + index * rows)));
      const endCosts = stack.meter();
      const timings = await Promise.all(files.map((file) => sendFile(stack, { ...file, kind: 'HIRED_EMPLOYEES' })));
      const { cpuSeconds } = sumCosts(Object.values(endCosts()));
      const seconds = Math.max(...timings.map(({ transferS, loadedS }) => transferS + loadedS));
      const untilCompleted = Math.max(...timings.map((one) => one.transferS + one.loadedS + one.completedS));
      runs.push({ files: count, rows: count * rows, seconds, coresUsed: cpuSeconds / untilCompleted });
    }
    levels.push({ loaders, runs });
    await close();
  }
  return { rowsEach: rows, cores: availableParallelism(), levels };
}
