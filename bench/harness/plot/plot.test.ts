import { describe, expect, test } from '@jest/globals';
import type { BarPlot } from './bars.ts';
import type { LinePlot } from './lines.ts';
import { drawPlot } from './plot.ts';
import { createScale } from './scale.ts';
import { formatNumber } from './svg.ts';

const bars = (values: readonly (readonly [string, number])[], more: Partial<BarPlot> = {}): BarPlot => ({
  plot: 'bars',
  name: 'bars',
  title: 'Bars',
  unit: 'ms',
  bars: values.map(([label, value]) => ({ label, value })),
  ...more,
});
const widths = (svg: string) => [...svg.matchAll(/<rect class="s\d" [^>]*width="([\d.]+)"/g)].map(([, w]) => Number(w));

describe('a scale', () => {
  test.each([
    [[7], [0, 2, 4, 6, 8]],
    [[100], [0, 20, 40, 60, 80, 100]],
    [[0.03], [0, 0.01, 0.02, 0.03]],
    [[0], [0, 1]],
  ])('for %j has round ticks from 0 on', (values, ticks) => {
    expect(createScale('linear', values, [0, 1]).ticks).toEqual(ticks);
  });

  test('that is logarithmic goes over whole powers of ten and spaces them evenly', () => {
    const scale = createScale('log', [3, 900], [0, 300]);
    expect(scale.ticks).toEqual([1, 10, 100, 1000]);
    expect(scale.ticks.map(scale.at).map(Math.round)).toEqual([0, 100, 200, 300]);
    expect(createScale('log', [10], [0, 1]).ticks).toEqual([10, 100]);
  });
});

describe('a plot', () => {
  test('of bars draws each as long as its value', () => {
    const [one = 0, two = 0, three = 0] = widths(drawPlot(bars([['a', 10], ['b', 20], ['c', 5]]))); // biome-ignore format: a list of pairs
    expect(two / one).toBeCloseTo(2, 1);
    expect(one / three).toBeCloseTo(2, 1);
  });

  test('shows the spread of a bar that has one', () => {
    const plain = drawPlot(bars([['a', 10]]));
    const spread = drawPlot(bars([], { bars: [{ label: 'a', value: 10, min: 8, max: 12 }] }));
    expect(plain).not.toContain('class="spread"');
    expect(spread).toContain('class="spread"');
  });

  test('of lines draws every point of every series and its name, and skips what is no number', () => {
    const plot: LinePlot = {
      plot: 'lines',
      name: 'lines',
      title: 'Lines',
      x: { label: 'connections', scale: 'log' },
      y: { label: 'ms' },
      series: [
        { label: 'first', points: [1, 10, 100].map((x) => ({ x, y: x, min: x / 2, max: x * 2 })) },
        { label: 'second', points: [{ x: 1, y: Number.NaN }, { x: 10, y: 4 }] }, // biome-ignore format: two points
      ],
    };
    const svg = drawPlot(plot);
    expect(svg.match(/<circle /g)).toHaveLength(4);
    expect(svg).toContain('>first<');
    expect(svg).not.toContain('NaN');
  });

  test('escapes what it writes, and has colours for a dark page', () => {
    const svg = drawPlot(bars([['<b> & "c"', 1]]));
    expect(svg).toContain('&lt;b&gt; &amp; &quot;c&quot;');
    expect(svg).toContain('prefers-color-scheme:dark');
  });
});

test.each([
  [1234567.8, '1,234,568'],
  [42.25, '42.3'],
  [1.234, '1.23'],
  [0.01234, '0.012'],
  [Number.NaN, '–'],
])('%p is written as %s', (value, expected) => {
  expect(formatNumber(value)).toBe(expected);
});
