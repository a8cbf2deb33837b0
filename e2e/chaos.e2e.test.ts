import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Lane, openLane } from './chaos/lane.ts';
import { planOf } from './chaos/plan.ts';
import { runPlan } from './chaos/run.ts';
import { environmentOf, sabotages } from './chaos/sabotage/sabotages.ts';

let lane: Lane;

beforeAll(async () => {
  lane = await openLane();
}, 180_000);

afterAll(() => lane?.close(), 60_000);

describe('whatever dies on the way', () => {
  test.each([1, 4, 9, 16])(
    'nothing is lost and nothing happens twice: seed %i',
    async (seed) => {
      expect((await runPlan(planOf(seed), lane)).violations).toEqual([]);
    },
    150_000,
  );

  test('the suite notices when rows are written in whatever order they come', async () => {
    const sabotage = sabotages.find(({ name }) => name === 'last-write-wins');
    if (sabotage === undefined) throw new Error('There is no such sabotage.');
    const { violations } = await runPlan(planOf(3), lane, { environment: environmentOf(sabotage) });
    expect(violations.some((violation) => violation.startsWith('rows:'))).toBe(true);
  }, 150_000);
});
