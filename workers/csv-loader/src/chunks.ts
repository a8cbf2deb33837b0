import type { Rejection } from './faults.ts';
import type { Kind } from './rows/kinds.ts';
import type { RowValues } from './rows/validate-row.ts';

/** Rows of a file that are committed together: all from one place in it up to another. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly RowValues[];
  readonly rejections: readonly Rejection[];
}

/** The load that chunks are committed to. */
export interface Target {
  readonly uploadId: string;
  readonly sequence: number;
  readonly kind: Kind;
}

/** Rows of a file by their place in it: from the first up to, but not with, the second. In order, with gaps in between. */
export type RowRanges = readonly (readonly [from: number, to: number])[];

/** The ranges with one more, joined where they meet; null where it has a row that one of them has already. */
export function addRange(ranges: RowRanges, [from, to]: RowRanges[number]): RowRanges | null {
  if (ranges.some(([start, end]) => start < to && from < end)) return null;
  const left = ranges.find(([, end]) => end === from);
  const right = ranges.find(([start]) => start === to);
  const others = ranges.filter((range) => range !== left && range !== right);
  const joined = [left?.[0] ?? from, right?.[1] ?? to] as const;
  return [...others, joined].sort(([a], [b]) => a - b);
}

/** Decides for each row index, in growing order, whether it is in one of the ranges. */
export function createRangeCursor(ranges: RowRanges): (rowIndex: number) => boolean {
  let index = 0;
  return (place) => {
    while (place >= (ranges[index]?.[1] ?? Number.POSITIVE_INFINITY)) index++;
    return place >= (ranges[index]?.[0] ?? Number.POSITIVE_INFINITY);
  };
}
