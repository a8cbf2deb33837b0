import { describe, expect, test } from '@jest/globals';
import { compareRatio, latencies, median, percentile, ratios, spread } from './statistics.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => count - index);

describe('statistics', () => {
  test('a percentile is a value that was measured, by nearest rank', () => {
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(upTo(200), share))).toEqual([100, 190, 198, 200]);
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test('the median of an even number of values lies between the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 2, 4])).toBe(3);
  });

  test('the spread is from the smallest to the largest', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  test('ratios are taken round by round, so that a slow round does not count', () => {
    expect(ratios([10, 100, 20], [20, 200, 40])).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
    expect(() => ratios([1], [1, 2])).toThrow('same rounds');
  });

  test.each([
    [{ min: 1.01, max: 3 }, 3, 'more'],
    [{ min: 0.2, max: 0.99 }, 5, 'less'],
    [{ min: 0.99, max: 3 }, 5, 'neither'],
    [{ min: 2, max: 3 }, 2, 'neither'],
  ])('names no winner inside the noise, nor of two rounds: %j in %i rounds is %s', (ratio, rounds, expected) => {
    expect(compareRatio({ median: 1, ...ratio }, rounds)).toBe(expected);
  });

  test('latencies keep their mean and their worst', () => {
    expect(latencies(upTo(100))).toEqual({ count: 100, meanMs: 50.5, p50Ms: 50, p95Ms: 95, p99Ms: 99, maxMs: 100 });
  });
});
