import { formatNumber } from './plot/svg.ts';

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The value that this share of the values do not exceed (nearest rank); NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Each value by the one of the same round: what slowed a whole round down falls out. */
export function ratios(values: readonly number[], baseline: readonly number[]): Spread {
  if (values.length !== baseline.length) throw new Error('Only values of the same rounds can be compared.');
  return spread(values.map((value, round) => value / (baseline[round] ?? Number.NaN)));
}

/** Which way ratios point: neither, unless there are three at least and all are on the same side of 1. */
export function compareRatio({ min, max }: Spread, rounds: number): 'more' | 'less' | 'neither' {
  if (rounds < 3 || (min <= 1 && max >= 1)) return 'neither';
  return min > 1 ? 'more' : 'less';
}

/** Milliseconds of many single requests. */
export function latencies(values: readonly number[]) {
  return {
    count: values.length,
    meanMs: values.reduce((sum, value) => sum + value, 0) / values.length,
    p50Ms: percentile(values, 0.5),
    p95Ms: percentile(values, 0.95),
    p99Ms: percentile(values, 0.99),
    maxMs: percentile(values, 1),
  };
}

/** `12.3 (11–14.2)`: the median, and from the smallest to the largest. */
export const formatSpread = ({ median, min, max }: Spread, unit = '') =>
  `${formatNumber(median)}${unit}${min === max ? '' : ` (${formatNumber(min)}–${formatNumber(max)})`}`;
