import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const folder = new URL('../../docs/reliability/', import.meta.url);

/** Keys of records that an earlier version of the suite saved. */
const formerKeys: Readonly<Record<string, string>> = {
  sendsAgain: 'uploadRetries',
  connectsAgain: 'reconnects',
  doubledMails: 'duplicateMails',
};

const withCurrentKeys = (record: object) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [formerKeys[key] ?? key, value]));

/** One run of the suite; `docs/reliability/runs.jsonl` holds one per line. */
const runRecord = z.object({
  commit: z.string(),
  at: z.string(),
  seed: z.number(),
  /** The sabotage that was active, or null. */
  sabotage: z.string().nullable(),
  /** How many faults of each kind were injected. */
  faults: z.record(z.string(), z.number()),
  processes: z.number(),
  uploads: z.number(),
  events: z.number(),
  uploadRetries: z.number(),
  reconnects: z.number(),
  duplicateMails: z.number(),
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
  /** From an event's time in the log to its arrival at the subscriber. */
  deliveryMs: z.object({ p50: z.number(), p95: z.number(), slowest: z.number() }),
  /** The maximum time that an upload stayed in one status, and the status change that ended it. */
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

/** Appends a record to its file. */
export function saveRecord<K extends keyof typeof kinds>(kind: K, record: z.infer<(typeof kinds)[K]>): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(getFile(kind), `${JSON.stringify(kinds[kind].parse(record))}\n`);
}

/** All records of a kind, oldest first. */
export function loadRecords<K extends keyof typeof kinds>(kind: K): z.infer<(typeof kinds)[K]>[] {
  const file = getFile(kind);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => kinds[kind].parse(withCurrentKeys(JSON.parse(line))) as z.infer<(typeof kinds)[K]>);
}

const getFile = (kind: string) => new URL(`${kind}.jsonl`, folder);
