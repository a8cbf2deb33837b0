import { z } from 'zod';

const cpuProfile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Whose code ran how many milliseconds, by package, folder of our own, or part of Node; what idles is left out. */
export function readProfile(recorded: unknown): Record<string, number> {
  const { nodes, samples, timeDeltas } = cpuProfile.parse(recorded);
  const areas = new Map(nodes.map(({ id, callFrame }) => [id, areaOf(callFrame)]));
  const spent: Record<string, number> = {};
  samples.forEach((id, index) => {
    const area = areas.get(id);
    if (area) spent[area] = (spent[area] ?? 0) + (timeDeltas[index] ?? 0) / 1000;
  });
  return spent;
}

/** Functions of Node that say nothing of what they are used for, by what they are. */
const named: Readonly<Record<string, string>> = {
  writev: 'sockets',
  writeUtf8String: 'sockets',
  writeBuffer: 'sockets',
  writeLatin1String: 'sockets',
  '(garbage collector)': 'garbage collection',
};
const ofNode: readonly (readonly [RegExp, string])[] = [
  [/crypto/, 'cryptography'],
  [/_http|undici/, 'HTTP'],
  [/net|stream|buffer|events/, 'sockets'],
  [/modules|bootstrap/, 'loading of modules'],
];

function areaOf({ functionName, url }: { functionName: string; url: string }): string | null {
  if (functionName === '(idle)' || functionName === '(root)') return null;
  const known = named[functionName];
  if (known) return known;
  const [, inPackage] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (inPackage) return inPackage;
  const [, ours] = /\/(gateway|libs)\/(?:[\w-]+\/)?dist\//.exec(url) ?? [];
  if (ours) return ours === 'gateway' ? 'our gateway code' : 'our libraries';
  return url.startsWith('node:')
    ? (ofNode.find(([pattern]) => pattern.test(url))?.[1] ?? 'the rest of Node')
    : 'the rest of Node';
}
