import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import {
  formerCancelled,
  formerCompleted,
  formerDelayed,
  formerFailed,
  formerProgressed,
  formerSettled,
  formerStarted,
} from './former-work.ts';

const maxCounts = 20;

/** Named numbers that work reports, such as `{ rowsLoaded: 12 }`. */
const counts = z
  .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/), z.number().min(0))
  .refine((value) => Object.keys(value).length <= maxCounts, { error: `At most ${maxCounts} counts can be reported.` });

/** One thing wrong with the content. `line` counts from 1; `raw` is the text at that place, cut to 200 characters. */
export const problem = z.object({
  line: z.int().min(1).nullable().default(null),
  column: z.string().nullable().default(null),
  code: z.string().min(1),
  message: z.string(),
  raw: z.string().nullable().default(null),
});

/** A file that the work produced, stored under its name in the folder of the upload. */
const resultFile = z.object({ name: z.string().min(1).max(255), mediaType: z.string(), bytes: z.int().min(0) });

const about = { uploadId: z.uuid(), at: z.iso.datetime() };
const summary = z.string().min(1).nullable().default(null);
const version = z.int().min(0).default(0);
const result = {
  counts,
  /** The first ten. */
  problems: z.array(problem).max(10).default([]),
  /** How many problems there are, those that are not listed included. */
  problemCount: z.int().min(0).default(0),
  resultFiles: z.array(resultFile).max(100).default([]),
};

/**
 * `conditions` must hold before the upload gets its final status, each with at least this `version`: without any it is final at
 * once. `summary` is one sentence for the uploader.
 */
const outcome = { ...result, summary, conditions: z.array(z.string()).max(20).default([]), version };

const started = z.object(about);
const progressed = z.object({ ...about, counts, percent: z.number().min(0).max(100), message: z.string().optional() });

/**
 * The work waits for an unavailable dependency; `message` is for the uploader. With `deadLettered` nothing happens until an
 * operator sends the upload again, and no other upload waits for it.
 */
const delayed = z.object({ ...about, message: z.string().min(1), deadLettered: z.boolean().default(false) });
const completed = z.object({ ...about, ...outcome });

/** The content is invalid and is not tried again: `failure` says why, for the uploader. `conditions` are affected, not awaited. */
const failed = z.object({
  ...about,
  ...result,
  code: z.string().min(1),
  failure: z.string().min(1),
  conditions: outcome.conditions,
});

/** The work was cancelled; the counts are exactly what is committed. */
const cancelled = z.object({ ...about, ...outcome });

/** A condition holds for everything up to this version. */
const settled = z.object({ ...about, condition: z.string().min(1), version });

/** The messages about work that a worker publishes, by the name of its folder; `*` stands for all workers. */
export const workEvents = <const Worker extends string>(worker: Worker) => ({
  started: defineEvent(`${worker}.work.started` as const, started, { former: formerStarted }),
  progressed: defineEvent(`${worker}.work.progressed` as const, progressed, { former: formerProgressed }),
  delayed: defineEvent(`${worker}.work.delayed` as const, delayed, { former: formerDelayed }),
  completed: defineEvent(`${worker}.work.completed` as const, completed, { former: formerCompleted }),
  failed: defineEvent(`${worker}.work.failed` as const, failed, { former: formerFailed }),
  cancelled: defineEvent(`${worker}.work.cancelled` as const, cancelled, { former: formerCancelled }),
  settled: defineEvent(`${worker}.work.settled` as const, settled, { former: formerSettled }),
});

/** The messages about work of all workers, to be consumed. */
export const anyWork = workEvents('*');
