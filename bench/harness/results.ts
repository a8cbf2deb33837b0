import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { machine } from './machine.ts';

const folder = new URL('../results/', import.meta.url);

/** A measurement as it is kept: raw, with where and when it was made. */
const savedResult = z.object({
  at: z.string(),
  commit: z.string(),
  size: z.enum(['full', 'quick', 'tiny']),
  seconds: z.number(),
  loadBefore: z.number(),
  machine,
  data: z.unknown(),
});
export type SavedResult = z.output<typeof savedResult>;

/** Replaces what was kept of that measurement. */
export function saveResult(name: string, result: SavedResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(getFile(name), `${JSON.stringify(result, null, 1)}\n`);
}

/** What was kept last, or null. Throws where the file is none of ours. */
export function readResult(name: string): SavedResult | null {
  const file = getFile(name);
  return existsSync(file) ? savedResult.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}

const getFile = (name: string) => new URL(`${name}.json`, folder);
