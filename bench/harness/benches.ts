import { existsSync, readdirSync } from 'node:fs';
import type { z } from 'zod';
import type { Context } from './context.ts';
import type { Plot } from './plot/plot.ts';

/** What was hoped for, and what came: `reached` is null where this run could not tell. */
export interface Aim {
  aim: string;
  measured: string;
  reached: boolean | null;
  /** Where it was not reached: what stands in the way. */
  why?: string;
}

/** A piece of the page: a paragraph of Markdown, a table, or a plot of its own file. */
export type Part =
  | string
  | { caption?: string; head: readonly string[]; rows: readonly (readonly (string | number)[])[] }
  | Plot;

/** A measurement. The page is made of the kept data alone, so that each can be run again by itself. */
export interface Bench<Data> {
  title: string;
  /** One sentence: what a reader wants to know. */
  question: string;
  /** The place on the page; the smaller the earlier. */
  order: number;
  /** The shape of what is kept in bench/results/<folder>.json. */
  data: z.ZodType<Data>;
  run(context: Context): Promise<Data>;
  present(data: Data): { aims: readonly Aim[]; parts: readonly Part[] };
}

/** The default export of a folder's bench.ts; any folder of bench/ that has one is a measurement. */
export function defineBench<Data>(bench: Bench<Data>): Bench<Data> {
  return bench;
}

const folder = new URL('..', import.meta.url);

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
export function selectBenches(benches: readonly NamedBench[], only: readonly string[] | null): readonly NamedBench[] {
  const unknown = only?.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no measurement "${unknown}", but ${benches.map(({ name }) => name).join(', ')}.`);
  return only ? benches.filter(({ name }) => only.includes(name)) : benches;
}
