import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { findDeployables } from '../scripts/stack/declarations.mjs';

const page = new URL('../docs/metrics.md', import.meta.url);
const deployables = findDeployables();
const groups: Record<string, string[]> = {
  all: deployables.map(({ name }) => name),
  workers: deployables.flatMap(({ name, kind }) => (kind === 'worker' ? [name] : [])),
};

/** The metrics of a process in docs/metrics.md: `name type`, with the labels of each. */
export function documentedMetrics(process: string): Map<string, string[]> {
  const rows = readFileSync(page, 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \| ([\w, ]*)\| ([\w, -]+) \|/gm);
  const list = (text = '') => text.split(',').flatMap((each) => each.trim() || []);
  return new Map(
    [...rows].flatMap(([, name, type, labels, of]): [string, string[]][] => {
      const has = list(of).flatMap((each) => groups[each] ?? each);
      return has.includes(process) ? [[`${name} ${type}`, list(labels).sort()]] : [];
    }),
  );
}

const sampleLine = /^(\w+?)(?:\{(.*)\})? (\S+)$/;

export interface Scrape {
  text: string;
  /** `name type` of every exposed metric, with or without a value. */
  names: string[];
  /** The labels of every sample, by the metric's name, without those of buckets. */
  labels: Map<string, Record<string, string>[]>;
  /** The sum of the samples with this name, such as `x_total` or `x_seconds_count`, and these labels. */
  sum(name: string, labels?: Record<string, string>): number;
}

/** Scrapes a process like Prometheus. */
export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
  const samples = text.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const [, name, pairs = '', value] = z.array(z.string().optional()).parse(sampleLine.exec(line));
    const labels = Object.fromEntries(
      [...pairs.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, is]) => [key, is]),
    );
    return [{ name: name ?? '', labels, value: Number(value) }];
  });
  const labels = new Map<string, Record<string, string>[]>();
  for (const { name, type } of types) {
    const own = type === 'histogram' ? [`${name}_count`] : [name];
    labels.set(
      name,
      samples.filter((sample) => own.includes(sample.name)).map((sample) => sample.labels),
    );
  }
  return {
    text,
    names: types.map(({ name, type }) => `${name} ${type}`),
    labels,
    sum: (name, wanted = {}) =>
      samples
        .filter((one) => one.name === name && Object.entries(wanted).every(([key, is]) => one.labels[key] === is))
        .reduce((sum, { value }) => sum + value, 0),
  };
}
