import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addRange, createRangeCursor, type RowRanges } from './chunks.ts';

const range = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 6 })).map(([from, rows]) => [from, from + rows] as const);
const placesOf = (ranges: RowRanges) =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index));

describe('ranges of rows', () => {
  test('hold exactly the rows of what was added, refuse a row twice, and stay in order, joined where they meet', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (all) => {
        let ranges: RowRanges = [];
        const rows = new Set<number>();
        for (const one of all) {
          const added = addRange(ranges, one);
          expect(added === null).toBe(placesOf([one]).some((row) => rows.has(row)));
          if (added === null) continue;
          for (const row of placesOf([one])) rows.add(row);
          ranges = added;
        }
        expect(placesOf(ranges)).toEqual([...rows].sort((one, other) => one - other));
        for (const [index, [from]] of ranges.slice(1).entries()) expect(from).toBeGreaterThan(ranges[index]?.[1] ?? 0);
        const isIn = createRangeCursor(ranges);
        expect(Array.from({ length: 40 }, (_, place) => place).filter(isIn)).toEqual(placesOf(ranges));
      }),
    );
  });
});
