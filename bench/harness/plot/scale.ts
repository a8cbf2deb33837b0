/** A logarithmic one is for values above 0 only. */
export type ScaleKind = 'linear' | 'log';

export interface Scale {
  /** Where a value lies between the two ends of the axis. */
  at(value: number): number;
  ticks: readonly number[];
}

/** An axis from one place to another that holds all values; a linear one begins at 0. */
export function createScale(kind: ScaleKind, values: readonly number[], [from, to]: [number, number]): Scale {
  const known = values.filter((value) => Number.isFinite(value) && (kind === 'linear' || value > 0));
  const ticks = kind === 'linear' ? linearTicks(Math.max(0, ...known)) : logTicks(known);
  const [first = 0, last = 1] = [ticks[0], ticks.at(-1)];
  const place = kind === 'linear' ? (value: number) => value : (value: number) => Math.log10(Math.max(value, first));
  return { ticks, at: (value) => from + ((place(value) - place(first)) / (place(last) - place(first))) * (to - from) };
}

/** From 0 to the first multiple of a round step that is not below the largest value. */
function linearTicks(largest: number): number[] {
  if (largest <= 0) return [0, 1];
  const rough = largest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Powers of ten around the values; two at least. */
function logTicks(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values, 1e12)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values, 1e-12)) - 1e-9));
  if (values.length === 0) return [1, 10];
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}
