import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as events from '@tributary/events';
import { z } from 'zod';

const here = new URL('./', import.meta.url);
const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/package.json`, here)))
  .map(({ name }) => name);

const contract = z.looseObject({ type: z.string() });
const definition = z.looseObject({
  name: z.string(),
  consumes: z.union([contract.transform((one) => [one]), z.array(contract).min(1)]),
  prefetch: z.int().min(1),
  config: z.instanceof(z.ZodObject),
  connect: z.custom((value) => typeof value === 'function'),
  handle: z.custom((value) => typeof value === 'function'),
});
const published = new Set(
  [...Object.values(events), ...Object.values(events.anyWork)].flatMap((value) =>
    typeof value === 'object' && 'type' in value ? [String(value.type)] : [],
  ),
);

test('there are workers to check', () => {
  expect(names.length).toBeGreaterThan(0);
});

describe.each(names)('workers/%s', (name) => {
  test("declares a worker by its folder's name that consumes known contracts only", async () => {
    const module: unknown = await import(new URL(`${name}/src/worker.ts`, here).href);
    const worker = z.looseObject({ default: definition }).parse(module).default;
    expect(worker.name).toBe(name);
    expect(worker.consumes.map(({ type }) => type).filter((type) => !published.has(type))).toEqual([]);
  });

  test('has a README', () => {
    expect(existsSync(new URL(`${name}/README.md`, here))).toBe(true);
  });

  test('proves that handling the same message twice changes nothing', () => {
    const sources = new URL(`${name}/src/`, here);
    const tests = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.test.ts'),
    );
    const proofs = tests.filter((file) =>
      readFileSync(new URL(file, sources), 'utf8').includes('handling the same message twice changes nothing'),
    );
    expect(proofs).not.toEqual([]);
  });
});
