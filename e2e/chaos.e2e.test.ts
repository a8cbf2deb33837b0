import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPlan, type Plan } from './chaos/plan.ts';
import { runPlan } from './chaos/run.ts';
import { openRunSlot, type RunSlot } from './chaos/run-slot.ts';
import { createSabotageEnvironment, sabotages } from './chaos/sabotage/sabotages.ts';

let slot: RunSlot;

beforeAll(async () => {
  slot = await openRunSlot();
}, 180_000);

afterAll(() => slot?.close(), 60_000);

const kindsOfFault = 12;

/** The first two seeds that together have every kind of fault, two loaders and a broken file. Plans change with each new deployable. */
const seeds = pickSeeds(Array.from({ length: 100 }, (_, index) => createPlan(index + 1)));

function pickSeeds(plans: readonly Plan[]): number[] {
  for (const [index, second] of plans.entries()) {
    const first = plans.slice(0, index).find((one) => isComplete([one, second]));
    if (first) return [first.seed, second.seed];
  }
  throw new Error('No two plans have every kind of fault.');
}

function isComplete(plans: readonly Plan[]): boolean {
  const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ fault }) => fault.do)));
  const hasLoaders = plans.some(({ replicas }) => replicas['csv-loader'] === 2);
  const hasBrokenFile = plans.some(({ uploads }) => uploads.some(({ isBroken }) => isBroken));
  return kinds.size === kindsOfFault && hasLoaders && hasBrokenFile;
}

describe('while processes, servers and connections fail', () => {
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
    // Without the large file, an upload that is unfinished soon after the faults is lost.
    const uploads = createPlan(1).uploads.filter(({ rows }) => rows < 1_000);
    const plan = { ...createPlan(1), replicas: {}, latencies: {}, uploads, faults };
    const { violations } = await runPlan(plan, slot, {
      environment: createSabotageEnvironment(sabotage),
      settleWithinMs: 12_000,
    });
    expect(violations.some((violation) => violation.startsWith('lost:'))).toBe(true);
  }, 150_000);
});
