import { expect, test } from '@jest/globals';
import { createProgressGate } from './progress-gate.ts';

/** The times at which a load of `seconds`, committing every millisecond, would tell its progress. */
function timesOf(seconds: number, from = 0): number[] {
  let now = 0;
  const isDue = createProgressGate(from, { now: () => new Date(now) });
  const times: number[] = [];
  for (; now <= seconds * 1000; now++) {
    if (isDue(from + ((100 - from) * now) / (seconds * 1000))) times.push(now);
  }
  return times;
}

test.each([1, 10, 44, 300])('tells at most four times a second and 200 times in a load of %i s', (seconds) => {
  const times = timesOf(seconds);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(times.length).toBeGreaterThan(1);
  expect(times.length).toBeLessThanOrEqual(200);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250);
});

test('tells only what is left when a load goes on from half its rows', () => {
  expect(timesOf(300, 50).length).toBeLessThanOrEqual(100);
});

test('leaves the last rows to the message of the end', () => {
  expect(createProgressGate(0, { now: () => new Date(0) })(100)).toBe(false);
});
