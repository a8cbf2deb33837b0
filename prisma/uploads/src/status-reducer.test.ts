import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { uploadStatuses } from './status.ts';
import { applyStatusUpdate } from './status-reducer.ts';
import type { StatusUpdate, UploadLogEvent, UploadState } from './status-update.ts';

const begin = new Date('2026-01-01T00:00:00Z');
const none = { rowsRead: 0, rowsLoaded: 0, rowsRejected: 0 };
const some = { rowsRead: 10, rowsLoaded: 9, rowsRejected: 1 };
const received: UploadState = {
  ...{ status: 'RECEIVED', cursor: 1, counts: none, percent: 0, failure: null, problems: [], startedAt: null },
  ...{ problemCount: 0, resultFiles: [], summary: null },
  ...{ progressAt: null, progressEvents: 0, delayEvents: 0, delayMessage: null, conditions: null, settled: {} },
  ...{ awaitedVersion: null, endsAs: null, updatedAt: begin, finishedAt: null, notifiedAt: null },
  ...{ noticePendingSince: null, noticeResends: 0 },
  ...{ signAt: begin, resends: 0, cancelRequestedAt: null, deadLetteredAt: null },
};

const life: StatusUpdate[] = [
  { type: 'queued' },
  { type: 'delayed', message: 'waiting for an earlier upload' },
  { type: 'started' },
  { type: 'progressed', counts: some, percent: 50 },
];
const ends: [string, StatusUpdate[]][] = [
  [
    'COMPLETED',
    [
      { type: 'loaded', counts: some, problems: [], conditions: ['x'], version: 3 },
      { type: 'settled', condition: 'x', version: 3 },
    ],
  ],
  ['COMPLETED', [{ type: 'loaded', counts: some, problems: [], conditions: [], version: 3 }]],
  [
    'LOADED',
    [
      { type: 'loaded', counts: some, problems: [], conditions: ['x'], version: 3 },
      { type: 'settled', condition: 'x', version: 2 },
    ],
  ],
  ['FAILED', [{ type: 'failed', counts: none, problems: [], failure: 'The file is empty.' }]],
  ['CANCELLED', [{ type: 'cancelled', counts: none, problems: [], conditions: [], version: 0 }]],
  [
    'CANCELLED',
    [
      { type: 'cancelRequested' },
      { type: 'cancelled', counts: some, problems: [], conditions: ['x'], version: 3 },
      { type: 'settled', condition: 'x', version: 4 },
    ],
  ],
  [
    'LOADED',
    [
      { type: 'loaded', counts: some, problems: [], conditions: ['x', 'y'], version: 3 },
      { type: 'settled', condition: 'y', version: 3 },
      { type: 'settled', condition: 'z', version: 9 },
    ],
  ],
];

function fold(facts: readonly StatusUpdate[]) {
  let state = received;
  const events: UploadLogEvent[] = [];
  facts.forEach((fact, index) => {
    const applied = applyStatusUpdate(state, fact, new Date(begin.getTime() + index * 1000));
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

  test('an upload that awaits two conditions completes only after both', () => {
    const loaded: StatusUpdate = { type: 'loaded', counts: some, problems: [], conditions: ['x', 'y'], version: 3 };
    const [x, y] = (['x', 'y'] as const).map((condition): StatusUpdate => ({ type: 'settled', condition, version: 3 }));
    if (!x || !y) throw new Error('two conditions');
    expect(fold([loaded, x, x]).state.status).toBe('LOADED');
    expect(fold([x, loaded, y]).state.status).toBe('COMPLETED');
    expect(fold([loaded, y, x]).state.status).toBe('COMPLETED');
  });

  test('delays do not use up the events of progress, and have at most 100 of their own', () => {
    const delays = Array.from({ length: 300 }, (_, index): StatusUpdate => ({ type: 'delayed', message: `${index}` }));
    const progress: StatusUpdate = { type: 'progressed', counts: some, percent: 50 };
    const { state, events } = fold([...delays, progress]);
    expect(events.filter(({ message }) => message !== null)).toHaveLength(100);
    expect(state.counts).toEqual(some);
  });

  test('a dead letter is always an event, and is over once work is reported again', () => {
    const at = (seconds: number) => new Date(begin.getTime() + seconds * 1000);
    const dead: StatusUpdate = { type: 'delayed', message: 'Loading failed.', deadLettered: true, at: at(1) };
    const first = fold([dead]);
    expect(first.state.deadLetteredAt).toEqual(at(1));
    expect(first.events.at(-1)).toMatchObject({ status: 'QUEUED', message: 'Loading failed.' });
    const late: StatusUpdate = { type: 'progressed', counts: some, percent: 50, at: at(0) };
    expect(fold([dead, late]).state.deadLetteredAt).toEqual(at(1));
    const again = fold([dead, { type: 'started', at: at(2) }, { ...dead, at: at(3) }]);
    expect(again.state.deadLetteredAt).toEqual(at(3));
    expect(again.events.filter(({ message }) => message === 'Loading failed.')).toHaveLength(2);
    expect(fold([dead, { type: 'started', at: at(2) }]).state.deadLetteredAt).toBeNull();
  });

  test('a sign of work is remembered also where it is no event, and ends the count of resends', () => {
    const waiting = { ...received, resends: 3, delayMessage: 'waiting' };
    const now = new Date(begin.getTime() + 60_000);
    const { state, events } = applyStatusUpdate(waiting, { type: 'settled', condition: 'x', version: 1 }, now);
    expect(events).toEqual([]);
    expect(state).toMatchObject({ signAt: now, resends: 0 });
  });

  test('an upload has at most 200 progress events however often it is told', () => {
    const facts: StatusUpdate[] = Array.from({ length: 5000 }, (_, index) => ({
      type: 'progressed',
      counts: { rowsRead: index + 1, rowsLoaded: index + 1, rowsRejected: 0 },
      percent: (index + 1) / 50,
    }));
    const progress = fold(facts).events.filter(({ counts }) => (counts.rowsRead ?? 0) > 0);
    expect(progress.length).toBeLessThanOrEqual(200);
    expect(progress.length).toBeGreaterThan(100);
  });
});
