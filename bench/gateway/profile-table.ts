import type { Part } from '../frame/define-bench.ts';

type Profile = Readonly<Record<string, number>>;

/** Where the gateway's time went, largest first: milliseconds of each second it was at work. */
export function profileTable({ now, before }: { now: Profile; before: Profile | null }): Part {
  const [shareNow, shareBefore] = [shares(now), shares(before ?? {})];
  const areas = [...new Set([...Object.keys(now), ...Object.keys(before ?? {})])];
  const weight = (area: string) => Math.max(shareNow(area), shareBefore(area));
  const largest = areas.sort((one, other) => weight(other) - weight(one)).slice(0, 14);
  return {
    caption:
      'Where the time of the gateway went under the mix, in percent of what it was at work, by a sampling profiler:',
    head: ['whose code', 'before', 'now'],
    rows: largest.map((area) => [area, before ? shareBefore(area) : Number.NaN, shareNow(area)]),
  };
}

function shares(profile: Profile): (area: string) => number {
  const total = Object.values(profile).reduce((sum, ms) => sum + ms, 0);
  return (area) => ((profile[area] ?? 0) / total) * 100 || 0;
}
