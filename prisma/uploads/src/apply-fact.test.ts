import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyFact } from './apply-fact.ts';
import type { UploadFact, UploadLogEvent, UploadState } from './upload-facts.ts';
import { uploadStatuses } from './upload-status.ts';

const begin = new Date('2026-01-01T00:00:00Z');
const none = { rowsRead: 0, rowsLoaded: 0, rowsRejected: 0 };
const some = { rowsRead: 10, rowsLoaded: 9, rowsRejected: 1 };
const received: UploadState = {
  ...{ status: 'RECEIVED', cursor: 1, counts: none, percent: 0, failure: null, reasons: [], startedAt: null },
  ...{ progressAt: null, progressEvents: 0, delayMessage: null, awaitedVersion: null, answeredVersion: null },
  ...{ updatedAt: begin, finishedAt: null, notifiedAt: null },
};

const life: UploadFact[] = [
  { type: 'queued' },
  { type: 'delayed', message: 'waiting for an earlier upload' },
  { type: 'started' },
  { type: 'progressed', counts: some, percent: 50 },
];
const ends: [string, UploadFact[]][] = [
  [
    'COMPLETED',
    [
      { type: 'loaded', counts: some, reasons: [], awaits: ['x'], version: 3 },
      { type: 'answered', version: 3 },
    ],
  ],
  ['COMPLETED', [{ type: 'loaded', counts: some, reasons: [], awaits: [], version: 3 }]],
  [
    'LOADED',
    [
      { type: 'loaded', counts: some, reasons: [], awaits: ['x'], version: 3 },
      { type: 'answered', version: 2 },
    ],
  ],
  ['FAILED', [{ type: 'failed', counts: none, reasons: [], failure: 'The file is empty.' }]],
  ['CANCELLED', [{ type: 'cancelled', counts: none }]],
];

function fold(facts: readonly UploadFact[]) {
  let state = received;
  const events: UploadLogEvent[] = [];
  facts.forEach((fact, index) => {
    const applied = applyFact(state, fact, new Date(begin.getTime() + index * 1000));
    state = applied.state;
    events.push(...applied.events);
  });
  return { state, events };
}

describe('applyFact', () => {
  test.each(ends)(
    'any order and repetition of the same messages ends %s, cursors without a hole, never back',
    (end, last) => {
      const all = [...life, ...last];
      const anyTelling = fc
        .array(fc.constantFrom(...all), { maxLength: 20 })
        .chain((more) => fc.shuffledSubarray([...all, ...more], { minLength: all.length + more.length }));
      fc.assert(
        fc.property(anyTelling, (facts) => {
          const { state, events } = fold(facts);
          expect(state.status).toBe(end);
          expect(events.map(({ cursor }) => cursor)).toEqual(events.map((_, index) => index + 2));
          expect(state.cursor).toBe(events.length + 1);
          const ranks = events.map(({ status }) => uploadStatuses.indexOf(status));
          expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
          const times = events.map(({ at }) => at.getTime());
          expect(times).toEqual(times.toSorted((a, b) => a - b));
        }),
      );
    },
  );

  test('an upload has at most 200 progress events however often it is told', () => {
    const facts: UploadFact[] = Array.from({ length: 5000 }, (_, index) => ({
      type: 'progressed',
      counts: { rowsRead: index + 1, rowsLoaded: index + 1, rowsRejected: 0 },
      percent: (index + 1) / 50,
    }));
    const progress = fold(facts).events.filter(({ rowsRead }) => rowsRead > 0);
    expect(progress.length).toBeLessThanOrEqual(200);
    expect(progress.length).toBeGreaterThan(100);
  });
});
