import { z } from 'zod';
import { defineFormer } from './define-event.ts';

/** Holds once the results of the predetermined queries include what an upload changed in the employment database. */
export const employmentResults = 'employment.results';

/** The condition as uploads and messages name it now; earlier versions named it by a message type. */
export const toCurrentCondition = (name: string) =>
  name === 'employment.queries.refreshed' ? employmentResults : name;

const about = { uploadId: z.string(), at: z.string() };
const rows = z.object({ rowsRead: z.number(), rowsLoaded: z.number(), rowsRejected: z.number() });
const reasons = z.array(z.unknown()).default([]);
const end = z.object({ ...about, ...rows.shape, reasons });
const awaiting = end.extend({ awaits: z.array(z.string()).default([]), version: z.number().default(0) });

export const formerStarted = [defineFormer('employment.load.started', z.object(about), (body) => body)];

export const formerProgressed = [
  defineFormer(
    'employment.load.progressed',
    z.object({ ...about, ...rows.shape, percent: z.number() }),
    ({ uploadId, at, percent, ...counts }) => ({ uploadId, at, percent, counts }),
  ),
];

export const formerDelayed = [defineFormer('employment.load.delayed', z.looseObject(about), (body) => body)];

export const formerCompleted = [
  defineFormer('employment.load.completed', awaiting, ({ rowsRejected, ...body }) => ({
    ...toResult({ rowsRejected, ...body }),
    ...toConditions(body),
    summary: rowsRejected === 0 ? null : `${countRows(rowsRejected)} rejected.`,
  })),
];

export const formerFailed = [
  defineFormer('employment.load.failed', end.extend({ failure: z.string() }), ({ failure, ...body }) => ({
    ...toResult(body),
    code: 'INVALID_FILE',
    failure,
    conditions: [employmentResults],
  })),
];

export const formerCancelled = [
  defineFormer('employment.load.cancelled', awaiting, ({ rowsLoaded, ...body }) => ({
    ...toResult({ rowsLoaded, ...body }),
    ...toConditions(body),
    summary:
      rowsLoaded === 0
        ? 'The upload was cancelled before any row was loaded.'
        : `The upload was cancelled. ${countRows(rowsLoaded)} loaded before that and stay.`,
  })),
];

export const formerSettled = [
  defineFormer('employment.queries.refreshed', z.object({ ...about, version: z.number() }), (body) => ({
    ...body,
    condition: employmentResults,
  })),
];

const toResult = ({ uploadId, at, rowsRead, rowsLoaded, rowsRejected, reasons: problems }: z.output<typeof end>) => ({
  uploadId,
  at,
  counts: { rowsRead, rowsLoaded, rowsRejected },
  problems,
  problemCount: rowsRejected,
});

const toConditions = ({ awaits, version }: { readonly awaits: readonly string[]; readonly version: number }) => ({
  conditions: awaits.map(toCurrentCondition),
  version,
});

const countRows = (count: number) => `${count} ${count === 1 ? 'row was' : 'rows were'}`;
