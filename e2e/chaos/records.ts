import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const folder = new URL('../../docs/reliability/', import.meta.url);

/** One run of the suite, as it is kept: `docs/reliability/runs.jsonl` has one a line. */
const runRecord = z.object({
  commit: z.string(),
  at: z.string(),
  seed: z.number(),
  /** The sabotage it ran with, or null. */
  sabotage: z.string().nullable(),
  /** How many faults of each kind were injected. */
  faults: z.record(z.string(), z.number()),
  processes: z.number(),
  uploads: z.number(),
  events: z.number(),
  sendsAgain: z.number(),
  connectsAgain: z.number(),
  doubledMails: z.number(),
  settledInMs: z.number(),
  waitedFor: z.string(),
  violations: z.array(z.string()),
});
export type RunRecord = z.infer<typeof runRecord>;

/** 500 small files by 50 people at once. */
const burstRecord = z.object({
  commit: z.string(),
  at: z.string(),
  uploads: z.number(),
  people: z.number(),
  finished: z.number(),
  mailed: z.number(),
  seconds: z.number(),
  /** From an event's time in the log to its subscriber. */
  deliveryMs: z.object({ p50: z.number(), p95: z.number(), slowest: z.number() }),
  /** The longest any upload stood in one status before its next, and which. */
  slowestChange: z.object({ from: z.string(), to: z.string(), ms: z.number() }),
});
export type BurstRecord = z.infer<typeof burstRecord>;

/** A million rows loaded while the servers are killed one after the other. */
const timelineRecord = z.object({
  commit: z.string(),
  at: z.string(),
  rows: z.number(),
  steps: z.array(z.object({ atMs: z.number(), what: z.string() })),
  recoveries: z.array(
    z.object({ server: z.string(), downMs: z.number(), backToProgressMs: z.number(), rowsBefore: z.number() }),
  ),
  seconds: z.number(),
});
export type TimelineRecord = z.infer<typeof timelineRecord>;

/** Random requests to the gateway; `npm run fuzz -- --keep` writes them. */
const fuzzRecord = z.object({
  commit: z.string(),
  at: z.string(),
  seed: z.number(),
  runs: z.number(),
  seconds: z.number(),
  heapGrowthBytes: z.number(),
  failures: z.array(z.string()),
});

const kinds = { fuzz: fuzzRecord, runs: runRecord, bursts: burstRecord, timelines: timelineRecord };

/** Adds a record to the ones of that kind. */
export function keep<K extends keyof typeof kinds>(kind: K, record: z.infer<(typeof kinds)[K]>): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(fileOf(kind), `${JSON.stringify(kinds[kind].parse(record))}\n`);
}

/** All records of a kind, oldest first. */
export function kept<K extends keyof typeof kinds>(kind: K): z.infer<(typeof kinds)[K]>[] {
  const file = fileOf(kind);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => kinds[kind].parse(JSON.parse(line)) as z.infer<(typeof kinds)[K]>);
}

const fileOf = (kind: string) => new URL(`${kind}.jsonl`, folder);
