import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { latencies } from '../harness/statistics.ts';
import type { LoadJob, Sample } from './job.ts';

/** What came of a load. Times are those of requests that were answered without an error. */
export const loadResult = z.object({
  seconds: z.number(),
  /** Answered without an error, each second. */
  perSecond: z.number(),
  count: z.number(),
  meanMs: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
  /** How many ended with each code. */
  errors: z.record(z.string(), z.number()),
  /** Processor time that making the load took. */
  cpuSeconds: z.number(),
});
export type LoadResult = z.output<typeof loadResult>;

const entry = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** Makes a load in a process of its own. Rejects when that one ends without an answer. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const child = fork(entry, {
    execArgv: ['--import', 'tsx', '--conditions=tributary-source'],
    serialization: 'advanced',
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The load's process ended with ${code} before it answered.`);
  });
  child.send(job);
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return summarize(answer);
}

function summarize(load: { samples: Sample[]; seconds: number; cpuSeconds: number }): LoadResult {
  const { samples, seconds, cpuSeconds } = load;
  const errors: Record<string, number> = {};
  for (const { error } of samples) if (error !== null) errors[error] = (errors[error] ?? 0) + 1;
  const good = samples.filter(({ error }) => error === null).map(({ ms }) => ms);
  const { count, ...times } = latencies(good);
  const known = Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, Number.isFinite(ms) ? ms : null]));
  return loadResult.parse({ seconds, perSecond: count / seconds, count, ...known, errors, cpuSeconds });
}
