import { describe, expect, test } from '@jest/globals';
import { createPlan, type Plan } from './plan.ts';
import { shrink } from './shrink.ts';

describe('shrink', () => {
  test('finds the two faults of many that fail only together', async () => {
    const plan: Plan = {
      ...createPlan(1),
      faults: Array.from({ length: 10 }, (_, index) => ({ ...aFault, atMs: index })),
    };
    const fails = async ({ faults }: Plan) => [3, 8].every((atMs) => faults.some((one) => one.atMs === atMs));
    const { faults } = await shrink(plan, fails, { maxTries: 100 });
    expect(faults.map(({ atMs }) => atMs)).toEqual([3, 8]);
  });

  test('tries no more often than it may, and then keeps what it knows to fail', async () => {
    let tries = 0;
    const plan = createPlan(2);
    const fails = async () => {
      tries += 1;
      return false;
    };
    expect(await shrink(plan, fails, { maxTries: 3 })).toEqual(plan);
    expect(tries).toBe(3);
  });
});

const aFault = { atMs: 0, fault: { do: 'cut', link: 'client → gateway' } } as const;
