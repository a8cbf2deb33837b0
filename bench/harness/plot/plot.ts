import { type BarPlot, drawBars } from './bars.ts';
import { drawLines, type LinePlot } from './lines.ts';

export type Plot = BarPlot | LinePlot;

/** The plot as an SVG document that is readable on a light and on a dark page. */
export function drawPlot(plot: Plot): string {
  return plot.plot === 'bars' ? drawBars(plot) : drawLines(plot);
}
