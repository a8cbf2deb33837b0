import { createScale, type ScaleKind } from './scale.ts';
import { element, formatNumber, SERIES_COUNT, svgDocument, text, WIDTH } from './svg.ts';

/** Horizontal bars, each with its spread where there is one. */
export interface BarPlot {
  plot: 'bars';
  /** The name of its file, without `.svg`. */
  name: string;
  title: string;
  unit: string;
  scale?: ScaleKind;
  bars: readonly { label: string; value: number; min?: number; max?: number; series?: number }[];
}

const ROW = 26;
const TOP = 44;
const LETTER = 6.6;

/** One bar below the other, with what it stands for at its left, its value at its right, and its spread drawn into it. */
export function drawBars({ title, unit, bars, scale: kind = 'linear' }: BarPlot): string {
  const left = Math.min(340, 24 + Math.max(...bars.map(({ label }) => label.length)) * LETTER);
  const scale = createScale(
    kind,
    bars.flatMap(({ value, min = value, max = value }) => [value, min, max]),
    [left, WIDTH - 90],
  );
  const bottom = TOP + bars.length * ROW;
  const grid = scale.ticks.flatMap((tick) => {
    const x = scale.at(tick);
    return [
      element('line', { class: 'grid', x1: x, x2: x, y1: TOP, y2: bottom }),
      text(formatNumber(tick), { class: 'dim', x, y: bottom + 16, 'text-anchor': 'middle' }),
    ];
  });
  const rows = bars.flatMap(({ label, value, min, max, series = 0 }, index) => {
    const y = TOP + index * ROW;
    const end = scale.at(value);
    const middle = y + ROW / 2;
    const [first = value, last = value] = [min, max];
    const spread = `M${short(scale.at(first))} ${middle - 4}v8m0-4H${short(scale.at(last))}m0-4v8`;
    return [
      text(label, { x: left - 8, y: middle + 4, 'text-anchor': 'end' }),
      element('rect', { class: `s${series % SERIES_COUNT}`, x: left, y: y + 4, width: end - left, height: ROW - 8 }),
      ...(first < last ? [element('path', { class: 'spread', d: spread })] : []),
      text(formatNumber(value), { x: Math.max(end, scale.at(last)) + 6, y: middle + 4 }),
    ];
  });
  const axis = text(unit, { class: 'dim', x: WIDTH - 16, y: bottom + 16, 'text-anchor': 'end' });
  return svgDocument({ title, height: bottom + 28, body: [...grid, ...rows, axis] });
}

const short = (value: number) => Math.round(value * 10) / 10;
