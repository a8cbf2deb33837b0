import { setTimeout as pause } from 'node:timers/promises';
import { anInstanceName } from '../../e2e/run-command.ts';
import { hireRows } from '../../scripts/sample/rows.mjs';
import type { Context } from '../harness/context.ts';
import { loadEmployees } from '../seed/load-employees.ts';
import { removeInstance, timeStart } from './time-start.ts';

/** What the whole system takes at rest and for rows, by process; then how long it takes to start. */
export async function measureCost(context: Context) {
  const { pick, log } = context;
  const stack = context.size === 'tiny' ? await context.sharedStack() : await context.openStack();
  const idleSeconds = pick({ full: 15, quick: 4, tiny: 0.5 });
  const endIdle = stack.meter();
  await pause(idleSeconds * 1000);
  const idle = { seconds: idleSeconds, costs: endIdle() };
  log('at rest');

  await loadEmployees(stack, 100);
  const rows = pick({ full: 500_000, quick: 30_000, tiny: 500 });
  const content = [...hireRows({ rows, bad: Math.round(rows / 100), seed: 2 }), ''].join('\n');
  const endRows = stack.meter();
  const { status } = await stack.client.load(await stack.token(), { kind: 'HIRED_EMPLOYEES', content });
  if (status !== 'COMPLETED') throw new Error(`The file ended ${status}.`);
  const loaded = { rows, costs: endRows() };
  log(`${rows} rows`);

  return { idle, loaded, starts: await timeStarts(context) };
}

/** Cold is with the packages installed, no database, and everything compiled from scratch. */
async function timeStarts({ pick, onEnd, log }: Context) {
  const environment = { TRIBUTARY_INSTANCE: anInstanceName('bench') };
  const again = pick({ full: 3, quick: 1, tiny: 0 });
  if (again === 0) return { cold: null, again: [] };
  onEnd(() => removeInstance(environment));
  const cold = await timeStart({ ...environment, ...pick({ full: { TURBO_FORCE: 'true' }, quick: {}, tiny: {} }) });
  log(`first start: ${cold.toFixed(1)} s`);
  const seconds: number[] = [];
  for (let time = 0; time < again; time++) seconds.push(await timeStart(environment));
  return { cold: pick({ full: cold, quick: null, tiny: null }), again: seconds };
}
