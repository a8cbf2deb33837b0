import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { rejectionReason, rowCounts } from './uploads.ts';

const at = z.iso.datetime();
const uploadId = z.uuid();
const percent = z.number().min(0).max(100);

export const loadStarted = defineEvent('employment.load.started', z.object({ uploadId, at }));

/** Rows of one more chunk are committed. */
export const loadProgressed = defineEvent(
  'employment.load.progressed',
  z.object({ uploadId, at, ...rowCounts.shape, percent }),
);

/**
 * The load waits for something that is nobody's fault; `message` is for the uploader ("waiting for …"). With `deadLettered`
 * its message was dead-lettered: nothing happens until an operator sends it again, and no other upload waits for it.
 */
export const loadDelayed = defineEvent(
  'employment.load.delayed',
  z.object({ uploadId, at, message: z.string().min(1), deadLettered: z.boolean().default(false) }),
);

/**
 * All rows are committed. `awaits` names the message types COMPLETED still waits for; empty means it is complete now.
 * `version` is the data version the last chunk committed, so the answers must reach at least that one.
 */
export const loadCompleted = defineEvent(
  'employment.load.completed',
  z.object({
    uploadId,
    at,
    ...rowCounts.shape,
    reasons: z.array(rejectionReason).max(10),
    awaits: z.array(z.string()),
    version: z.int().min(0),
  }),
);

/** The file is at fault; `failure` tells the uploader why. */
export const loadFailed = defineEvent(
  'employment.load.failed',
  z.object({ uploadId, at, ...rowCounts.shape, failure: z.string().min(1), reasons: z.array(rejectionReason).max(10) }),
);

/**
 * The load was cancelled; the counts are exactly what is committed. `awaits` names the message types CANCELLED still waits
 * for, which is empty when no row was committed; `version` is the data version the last chunk committed.
 */
export const loadCancelled = defineEvent(
  'employment.load.cancelled',
  z.object({
    uploadId,
    at,
    ...rowCounts.shape,
    reasons: z.array(rejectionReason).max(10).default([]),
    awaits: z.array(z.string()).default([]),
    version: z.int().min(0).default(0),
  }),
);

/** The cached answers include this upload's rows; also of a load that was cancelled after some were committed. */
export const queriesRefreshed = defineEvent(
  'employment.queries.refreshed',
  z.object({ uploadId, at, version: z.int().min(0) }),
);
