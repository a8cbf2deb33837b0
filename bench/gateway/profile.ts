import { z } from 'zod';
import type { Part } from '../harness/benches.ts';

const cpuProfile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Whose code ran how many milliseconds, by package, folder of our own, or part of Node; what idles is left out. */
export function readProfile(recorded: unknown): Record<string, number> {
  const { nodes, samples, timeDeltas } = cpuProfile.parse(recorded);
  const areas = new Map(nodes.map(({ id, callFrame }) => [id, getArea(callFrame)]));
  const spent: Record<string, number> = {};
  samples.forEach((id, index) => {
    const area = areas.get(id);
    if (area) spent[area] = (spent[area] ?? 0) + (timeDeltas[index] ?? 0) / 1000;
  });
  return spent;
}

/** Functions of Node that say nothing of what they are used for, by what they are. */
const areaByFunction: Readonly<Record<string, string>> = {
  writev: 'sockets',
  writeUtf8String: 'sockets',
  writeBuffer: 'sockets',
  writeLatin1String: 'sockets',
  '(garbage collector)': 'garbage collection',
};
const areaByModule: readonly (readonly [RegExp, string])[] = [
  [/crypto/, 'cryptography'],
  [/_http|undici/, 'HTTP'],
  [/net|stream|buffer|events/, 'sockets'],
  [/modules|bootstrap/, 'loading of modules'],
];

function getArea({ functionName, url }: { functionName: string; url: string }): string | null {
  if (functionName === '(idle)' || functionName === '(root)') return null;
  const known = areaByFunction[functionName];
  if (known) return known;
  const [, inPackage] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (inPackage) return inPackage;
  const [, ours] = /\/(gateway|libs)\/(?:[\w-]+\/)?dist\//.exec(url) ?? [];
  if (ours) return ours === 'gateway' ? 'our gateway code' : 'our libraries';
  return url.startsWith('node:')
    ? (areaByModule.find(([pattern]) => pattern.test(url))?.[1] ?? 'the rest of Node')
    : 'the rest of Node';
}

type Profile = Readonly<Record<string, number>>;

/** Where the gateway's time went, largest first: milliseconds of each second it was at work. */
export function createProfileTable({ now, before }: { now: Profile; before: Profile | null }): Part {
  const [shareNow, shareBefore] = [createShareOf(now), createShareOf(before ?? {})];
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

function createShareOf(profile: Profile): (area: string) => number {
  const total = Object.values(profile).reduce((sum, ms) => sum + ms, 0);
  return (area) => ((profile[area] ?? 0) / total) * 100 || 0;
}
