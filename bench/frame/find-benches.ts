import { existsSync, readdirSync } from 'node:fs';
import type { Bench } from './define-bench.ts';

const folder = new URL('../', import.meta.url);

/** A measurement by the name of its folder. What it keeps is its own affair. */
export interface NamedBench {
  name: string;
  bench: Bench<unknown>;
}

/** Every folder of bench/ that has a bench.ts, in the order of the page. */
export async function findBenches(): Promise<NamedBench[]> {
  const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/bench.ts`, folder)));
  const found = await Promise.all(
    names.map(async (name) => ({ name, bench: (await import(new URL(`${name}/bench.ts`, folder).href)).default })),
  );
  return found.sort((one, other) => one.bench.order - other.bench.order);
}

/** Those with these names; all without names. Throws for a name that none has. */
export function chooseBenches(benches: readonly NamedBench[], only: readonly string[] | null): readonly NamedBench[] {
  const unknown = only?.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no measurement "${unknown}", but ${benches.map(({ name }) => name).join(', ')}.`);
  return only ? benches.filter(({ name }) => only.includes(name)) : benches;
}
