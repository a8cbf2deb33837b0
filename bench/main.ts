import { testServers } from '@tributary/testing';
import { type BenchStack, openBenchStack } from './frame/bench-stack.ts';
import { createClosings, createContext } from './frame/context.ts';
import { chooseBenches, findBenches, type NamedBench } from './frame/find-benches.ts';
import { currentCommit, describeMachine, loadAverage, type Machine } from './frame/machine.ts';
import { benchOptions, help } from './frame/options.ts';
import { writeReport } from './frame/report.ts';
import { keepResult } from './frame/results.ts';
import { serverVersions } from './frame/server-versions.ts';

/** `npm run bench`: see `--help`. Exits with 1 when a measurement could not be made. */
const servers = testServers();
const options = benchOptions(process.argv.slice(2));
const benches = await findBenches();
const { onEnd, close } = createClosings();
let shared: Promise<BenchStack> | undefined;
let isInterrupted = false;

if (options.mode === 'help') console.log(help);
else if (options.mode === 'list') for (const { name, bench } of benches) console.log(`${name}: ${bench.question}`);
else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  if (options.mode === 'run') await runAll(chooseBenches(benches, options.only));
  if (options.mode === 'report' || options.keeps) console.log(`Wrote ${writeReport(benches)}.`);
}
process.exit();

async function runAll(chosen: readonly NamedBench[]): Promise<void> {
  const machine = describeMachine(await serverVersions(servers));
  try {
    for (const named of chosen) if (!isInterrupted) await runOne(named, machine);
  } finally {
    await close();
  }
}

async function runOne({ name, bench }: NamedBench, machine: Machine): Promise<void> {
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 100) / 10;
  const tell = (text: string) => console.log(`  ${seconds().toFixed(1).padStart(6)} s  ${text}`);
  console.log(`\n${name}: ${bench.question}`);
  const loadBefore = loadAverage();
  const own = createContext({ bench: options, servers, sharedStack, tell });
  onEnd(own.close);
  try {
    const data = bench.data.parse(await bench.run(own.context));
    for (const { aim, measured, reached } of bench.present(data).aims)
      console.log(`  ${reached === null ? '?' : reached ? '✓' : '✗'} ${aim}: ${measured}`);
    const { size } = options;
    const result = { at: new Date(begun).toISOString(), commit: currentCommit(), size, seconds: seconds(), loadBefore };
    if (options.keeps) keepResult(name, { ...result, machine, data });
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
