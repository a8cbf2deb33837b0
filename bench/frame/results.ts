import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { machine } from './machine.ts';

const folder = new URL('../results/', import.meta.url);

/** A measurement as it is kept: raw, with where and when it was made. */
const kept = z.object({
  at: z.string(),
  commit: z.string(),
  size: z.enum(['full', 'quick', 'tiny']),
  seconds: z.number(),
  loadBefore: z.number(),
  machine,
  data: z.unknown(),
});
export type Kept = z.output<typeof kept>;

/** Replaces what was kept of that measurement. */
export function keepResult(name: string, result: Kept): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(result, null, 1)}\n`);
}

/** What was kept last, or null. Throws where the file is none of ours. */
export function keptResult(name: string): Kept | null {
  const file = fileOf(name);
  return existsSync(file) ? kept.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}

const fileOf = (name: string) => new URL(`${name}.json`, folder);
