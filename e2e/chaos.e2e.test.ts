import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPlan } from './chaos/plan.ts';
import { runPlan } from './chaos/run.ts';
import { openRunSlot, type RunSlot } from './chaos/run-slot.ts';
import { createSabotageEnvironment, sabotages } from './chaos/sabotage/sabotages.ts';

let slot: RunSlot;

beforeAll(async () => {
  slot = await openRunSlot();
}, 180_000);

afterAll(() => slot?.close(), 60_000);

/** Between them every kind of fault, two loaders, a broken file, and each moment that is aimed at. */
const seeds = [5, 18];

describe('whatever dies on the way', () => {
  test('the seeds have every kind of fault between them', () => {
    const injected = seeds.map(createPlan).flatMap(({ faults }) => faults.map(({ fault }) => fault.do));
    expect(new Set(injected).size).toBe(12);
  });

  test.each(seeds)(
    'nothing is lost and nothing happens twice: seed %i',
    async (seed) => {
      expect((await runPlan(createPlan(seed), slot)).violations).toEqual([]);
    },
    180_000,
  );

  test('the suite notices when a publish does not wait for its confirm', async () => {
    const sabotage = sabotages.find(({ name }) => name === 'no-confirm');
    if (sabotage === undefined) throw new Error('There is no such sabotage.');
    const silence = { do: 'silence', link: 'uploads → rabbitmq', forMs: 3_000 } as const;
    const faults = [100, 3_500].map((atMs) => ({ atMs, fault: silence }));
    // Without the large file: what has not ended soon after the faults never will.
    const uploads = createPlan(1).uploads.filter(({ rows }) => rows < 1_000);
    const plan = { ...createPlan(1), replicas: {}, latencies: {}, uploads, faults };
    const { violations } = await runPlan(plan, slot, {
      environment: createSabotageEnvironment(sabotage),
      settleWithinMs: 12_000,
    });
    expect(violations.some((violation) => violation.startsWith('lost:'))).toBe(true);
  }, 150_000);
});
