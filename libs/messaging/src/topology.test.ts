import { describe, expect, test } from '@jest/globals';
import { boundedDelayMs, matchesBinding, retryDelaysMs, retryStepMs } from './topology.ts';

describe('retry schedule', () => {
  test('takes the shortest queue that is long enough, and the longest for anything beyond', () => {
    expect([0, 1_000, 1_001, 33_000, 60_000, 90_000].map(retryStepMs)).toEqual([
      1_000, 1_000, 2_000, 60_000, 60_000, 60_000,
    ]);
    expect(Math.max(...retryDelaysMs)).toBe(60_000);
  });

  test('keeps a delay a whole number from 0 to 60 seconds', () => {
    expect([-5, 1.4, 70_000].map(boundedDelayMs)).toEqual([0, 1, 60_000]);
  });
});

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'a.b.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['*.load.*', 'x.load.started', true],
  ['*.load.*', 'x.y.load.started', false],
  ['#', '', true],
  ['a.#', 'a', true],
  ['a.#.d', 'a.b.c.d', true],
  ['a.#.d', 'a.b.c', false],
])('the binding %s matches %s: %s', (binding, routingKey, expected) => {
  expect(matchesBinding(binding, routingKey)).toBe(expected);
});
