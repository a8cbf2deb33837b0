import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBurst } from './burst.ts';
import { describeFault } from './fault.ts';
import { chaosOptions } from './options.ts';
import { createPlan, type Plan } from './plan.ts';
import { type RunRecord, saveRecord } from './records.ts';
import { writeReport } from './report.ts';
import { type RunResult, runPlan } from './run.ts';
import { openRunSlot, type RunSlot } from './run-slot.ts';
import { createSabotageEnvironment, type Sabotage } from './sabotage/sabotages.ts';
import { shrink } from './shrink.ts';
import { runTimeline } from './timeline.ts';
import { listProcesses } from './topology.ts';

/** `npm run chaos`: see `--help`. Exits with 1 when anything was lost or duplicated, or a sabotage was not noticed. */
const options = chaosOptions(process.argv.slice(2));
const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
/** Files that the suite writes do not change the code that it runs. */
const changes = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!docs/reliability*');
const commit = `${git('rev-parse', '--short=10', 'HEAD')}${changes ? '+' : ''}`;
const now = () => new Date().toISOString();
const slots: RunSlot[] = [];
let isInterrupted = false;
let interruptedAt = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // One Ctrl-C arrives twice: from the terminal and from the parent process.
    if (isInterrupted && Date.now() - interruptedAt > 1_000) process.exit(130);
    if (isInterrupted) return;
    [isInterrupted, interruptedAt] = [true, Date.now()];
    console.log('Stopping after the current runs. Press Ctrl-C again to stop now.');
  });
}
// The servers must be ended even if nobody reads the output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  await Promise.all(slots.map((slot) => slot.close()));
}
process.exit();

async function main(): Promise<boolean> {
  const count = Math.min(options.parallel, options.mode === 'runs' ? options.runs : 1);
  console.log(`Starting ${count} set${count === 1 ? '' : 's'} of servers: MariaDB, RabbitMQ, Redis, SMTP.`);
  slots.push(...(await Promise.all(Array.from({ length: count }, () => openRunSlot(console.log)))));
  const [slot] = slots;
  if (slot === undefined) return false;
  const context = { commit, at: now(), log: console.log };
  let isWell = true;
  if (options.mode === 'burst') saveRecord('bursts', await runBurst(slot, context));
  else if (options.mode === 'timeline') saveRecord('timelines', await runTimeline(slot, context));
  else if (options.mode === 'plan') {
    const [sabotage = null] = options.sabotages;
    isWell = (await runOne(JSON.parse(readFileSync(options.file, 'utf8')), slot, sabotage)).violations.length === 0;
  } else if (options.sabotages.length === 0) isWell = await runSeeds();
  else {
    for (const sabotage of options.sabotages)
      if (!isInterrupted) isWell = (await findSabotage(sabotage, slot)) && isWell;
  }
  if (options.isSaving) console.log(`Wrote ${writeReport()}.`);
  return isWell;
}

/** Runs every seed once, one per slot at a time. */
async function runSeeds(): Promise<boolean> {
  const seeds = Array.from({ length: options.runs }, (_, index) => options.seed + index);
  let failed = 0;
  await Promise.all(
    slots.map(async (slot) => {
      for (let seed = seeds.shift(); seed !== undefined && !isInterrupted; seed = seeds.shift()) {
        if ((await runOne(createPlan(seed), slot, null)).violations.length > 0) failed += 1;
      }
    }),
  );
  console.log(failed === 0 ? 'Nothing was lost or duplicated.' : `${failed} runs failed.`);
  return failed === 0;
}

/** Runs seed after seed without a guarantee, until a run notices. */
async function findSabotage(sabotage: Sabotage, slot: RunSlot): Promise<boolean> {
  console.log(`Without "${sabotage.guarantee}"`);
  for (let index = 0; index < options.runs && !isInterrupted; index += 1) {
    const { violations } = await runOne(createPlan(options.seed + index), slot, sabotage);
    // A process that does not recover, or a file left for the daily sweep, proves nothing about the guarantee.
    if (violations.some((violation) => !/^(down|orphan):/.test(violation))) {
      console.log(`  noticed in run ${index + 1}`);
      return true;
    }
  }
  console.log(isInterrupted ? '  interrupted' : `  NOT noticed within ${options.runs} runs`);
  return false;
}

async function runOne(plan: Plan, slot: RunSlot, sabotage: Sabotage | null): Promise<RunResult> {
  const startedAt = Date.now();
  const result = await (sabotage === null
    ? runPlan(plan, slot)
    : runPlan(removeLossFaults(plan), slot, { environment: createSabotageEnvironment(sabotage) }));
  const isWell = result.violations.length === 0;
  const { uploads, events, settledInMs, waitedFor } = result;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  console.log(
    `${isWell ? '✓' : '✗'} seed ${plan.seed}: ${plan.faults.length} faults, ${uploads} uploads, ${events} events, settled ${settledInMs} ms after the last fault, waiting for ${waitedFor} (${seconds} s)`,
  );
  for (const violation of result.violations.slice(0, 10)) console.log(`    ${violation}`);
  if (options.isSaving) saveRecord('runs', toRecord(plan, result, sabotage));
  if (!isWell && sabotage === null) await reportFailure(plan, slot, result);
  return result;
}

/** Without a guarantee nothing is sent again, so messages that a fault deletes prove nothing. */
const removeLossFaults = (plan: Plan): Plan => ({
  ...plan,
  faults: plan.faults.filter(({ fault }) => fault.do !== 'lose'),
});

function toRecord(plan: Plan, { logs: _logs, violations, ...result }: RunResult, sabotage: Sabotage | null): RunRecord {
  const faults: Record<string, number> = {};
  for (const { fault } of plan.faults) faults[fault.do] = (faults[fault.do] ?? 0) + 1;
  const processes = listProcesses(plan.replicas).length;
  const few = violations.slice(0, 5).map((violation) => violation.slice(0, 300));
  return {
    commit,
    at: now(),
    seed: plan.seed,
    sabotage: sabotage?.name ?? null,
    faults,
    processes,
    ...result,
    violations: few,
  };
}

/** Prints how to reproduce a failure: the seed, the logs, and a minimal set of faults. */
async function reportFailure(plan: Plan, slot: RunSlot, { logs }: RunResult): Promise<void> {
  for (const fault of plan.faults) console.log(`      ${describeFault(fault)}`);
  console.log(`    Logs: ${logs}`);
  if (!options.isShrinking || isInterrupted) return;
  const fails = async (smaller: Plan) => (await runPlan(smaller, slot)).violations.length > 0;
  const small = await shrink(plan, fails, { maxTries: 12 });
  const file = join(tmpdir(), `chaos-plan-${plan.seed}.json`);
  writeFileSync(file, JSON.stringify(small, null, 2));
  console.log(`    It still fails with ${small.faults.length} of ${plan.faults.length} faults:`);
  for (const fault of small.faults) console.log(`      ${describeFault(fault)}`);
  console.log(`    npm run chaos -- --plan ${file}`);
}
