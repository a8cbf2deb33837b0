import { testServers } from '@tributary/testing';
import { type BenchStack, openBenchStack } from './harness/bench-stack.ts';
import { findBenches, type NamedBench, selectBenches } from './harness/benches.ts';
import { createCleanup, createContext } from './harness/context.ts';
import {
  describeMachine,
  getCurrentCommit,
  type Machine,
  readLoadAverage,
  readServerVersions,
} from './harness/machine.ts';
import { benchOptions, help } from './harness/options.ts';
import { writeReport } from './harness/report.ts';
import { saveResult } from './harness/results.ts';

/** `npm run bench`: see `--help`. Exits with 1 when a measurement could not be made. */
const servers = testServers();
const options = benchOptions(process.argv.slice(2));
const benches = await findBenches();
const { onEnd, close } = createCleanup();
let shared: Promise<BenchStack> | undefined;
let isInterrupted = false;

if (options.mode === 'help') console.log(help);
else if (options.mode === 'list') for (const { name, bench } of benches) console.log(`${name}: ${bench.question}`);
else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  if (options.mode === 'run') await runAll(selectBenches(benches, options.only));
  if (options.mode === 'report' || options.isSaved) console.log(`Wrote ${writeReport(benches)}.`);
}
process.exit();

async function runAll(chosen: readonly NamedBench[]): Promise<void> {
  const machine = describeMachine(await readServerVersions(servers));
  try {
    for (const named of chosen) if (!isInterrupted) await runOne(named, machine);
  } finally {
    await close();
  }
}

async function runOne({ name, bench }: NamedBench, machine: Machine): Promise<void> {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 100) / 10;
  const log = (text: string) => console.log(`  ${seconds().toFixed(1).padStart(6)} s  ${text}`);
  console.log(`\n${name}: ${bench.question}`);
  const loadBefore = readLoadAverage();
  const own = createContext({ bench: options, servers, sharedStack, log });
  onEnd(own.close);
  try {
    const data = bench.data.parse(await bench.run(own.context));
    for (const { aim, measured, reached } of bench.present(data).aims)
      console.log(`  ${reached === null ? '?' : reached ? '✓' : '✗'} ${aim}: ${measured}`);
    const { size } = options;
    const result = {
      at: new Date(startedAt).toISOString(),
      commit: getCurrentCommit(),
      size,
      seconds: seconds(),
      loadBefore,
    };
    if (options.isSaved) saveResult(name, { ...result, machine, data });
  } catch (error) {
    console.error(`${name} failed:`, error);
    process.exitCode = 1;
  } finally {
    await own.close();
  }
}

function sharedStack(): Promise<BenchStack> {
  shared ??= openBenchStack(servers).then((stack) => {
    onEnd(stack.close);
    return stack;
  });
  return shared;
}

async function interrupt() {
  isInterrupted = true;
  console.log('Cleaning up …');
  await close();
  process.exit(130);
}
