import { readable } from './plot/svg.ts';
import type { Spread } from './statistics.ts';

/** `12.3 (11–14.2)`: the median, and from the smallest to the largest. */
export const spreadText = ({ median, min, max }: Spread, unit = '') =>
  `${readable(median)}${unit}${min === max ? '' : ` (${readable(min)}–${readable(max)})`}`;
