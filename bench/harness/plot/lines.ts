import { createScale, type ScaleKind } from './scale.ts';
import { element, formatNumber, SERIES_COUNT, svgDocument, text, WIDTH } from './svg.ts';

/** Points joined by lines, a colour for each series. */
export interface LinePlot {
  plot: 'lines';
  name: string;
  title: string;
  x: { label: string; scale?: ScaleKind };
  y: { label: string; scale?: ScaleKind };
  series: readonly { label: string; points: readonly { x: number; y: number; min?: number; max?: number }[] }[];
}

const [LEFT, RIGHT, TOP, BOTTOM] = [72, WIDTH - 24, 64, 344];

/** All series over the same axes, their names above, and the spread of each point where it has one. */
export function drawLines({ title, x, y, series }: LinePlot): string {
  const points = series.flatMap((one) => one.points);
  const across = createScale(
    x.scale ?? 'linear',
    points.map((point) => point.x),
    [LEFT, RIGHT],
  );
  const up = createScale(
    y.scale ?? 'linear',
    points.flatMap((point) => [point.y, point.min ?? point.y, point.max ?? point.y]),
    [BOTTOM, TOP],
  );
  const grid = [
    ...across.ticks.flatMap((tick) => [
      element('line', { class: 'grid', x1: across.at(tick), x2: across.at(tick), y1: TOP, y2: BOTTOM }),
      text(formatNumber(tick), { class: 'dim', x: across.at(tick), y: BOTTOM + 18, 'text-anchor': 'middle' }),
    ]),
    ...up.ticks.flatMap((tick) => [
      element('line', { class: 'grid', x1: LEFT, x2: RIGHT, y1: up.at(tick), y2: up.at(tick) }),
      text(formatNumber(tick), { class: 'dim', x: LEFT - 8, y: up.at(tick) + 4, 'text-anchor': 'end' }),
    ]),
  ];
  const drawn = series.flatMap((one, index) => {
    const colour = `s${index % SERIES_COUNT}`;
    const known = one.points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
    const corners = known.map((point) => `${short(across.at(point.x))},${short(up.at(point.y))}`);
    return [
      element('polyline', { class: `${colour} line`, points: corners.join(' ') }),
      ...known.flatMap((point) => {
        const cx = across.at(point.x);
        const [low = point.y, high = point.y] = [point.min, point.max];
        const spread = element('line', { class: 'spread', x1: cx, x2: cx, y1: up.at(low), y2: up.at(high) });
        const dot = element('circle', { class: colour, cx, cy: up.at(point.y), r: 4 });
        return low < high ? [dot, spread] : [dot];
      }),
    ];
  });
  const names = series.map(({ label }, index) => {
    const before = series.slice(0, index).reduce((width, one) => width + 34 + one.label.length * 6.6, LEFT);
    const swatch = { class: `s${index % SERIES_COUNT}`, x: before, y: 40, width: 12, height: 12 };
    return element('rect', swatch) + text(label, { x: before + 18, y: 50 });
  });
  const axes = [
    text(x.label, { class: 'dim', x: (LEFT + RIGHT) / 2, y: BOTTOM + 38, 'text-anchor': 'middle' }),
    text(y.label, { class: 'dim', x: WIDTH - 16, y: 26, 'text-anchor': 'end' }),
  ];
  return svgDocument({ title, height: BOTTOM + 52, body: [...grid, ...drawn, ...names, ...axes] });
}

const short = (value: number) => Math.round(value * 10) / 10;
