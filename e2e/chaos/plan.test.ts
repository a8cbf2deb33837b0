import { describe, expect, test } from '@jest/globals';
import type { Fault } from './fault.ts';
import { computeExpectedState } from './model.ts';
import { createPlan } from './plan.ts';
import { generateRows, renderFile } from './workload.ts';

const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

describe('a plan', () => {
  test('depends only on its seed, including files', () => {
    expect(createPlan(7)).toEqual(createPlan(7));
    expect(createPlan(7)).not.toEqual(createPlan(8));
    const [upload] = createPlan(7).uploads;
    if (upload) expect(renderFile(upload)).toBe(renderFile(upload));
  });

  test('has, over a few hundred seeds, every kind of fault, broken files, replicas, and files with the planned number of rows', () => {
    const plans = seeds.map(createPlan);
    const faults = new Set(plans.flatMap((plan) => plan.faults.map(({ fault }) => fault.do)));
    expect([...faults].sort()).toEqual([
      'crash',
      'cut',
      'fill',
      'forget',
      'kill',
      'lose',
      'pause',
      'refuse',
      'silence',
      'slow',
      'stall',
      'terminate',
    ]);
    for (const name of ['users', 'uploads', 'employees']) {
      const hung = plans.filter(({ faults }) => faults.some(({ fault }) => isPause(fault, name)));
      expect(hung.length).toBeGreaterThan(seeds.length / 5);
    }
    expect(plans.some(({ uploads }) => uploads.some(({ isBroken }) => isBroken))).toBe(true);
    expect(plans.some(({ replicas }) => replicas['csv-loader'] === 2)).toBe(true);
    for (const upload of plans[0]?.uploads ?? []) expect([...generateRows(upload)]).toHaveLength(upload.rows);
  });
});

const isPause = (fault: Fault, process: string) => fault.do === 'pause' && fault.process.startsWith(process);

describe('the model', () => {
  test('lets the later upload win, counts every row once, and differs in another order', () => {
    const planned = createPlan(3).uploads.filter(({ isBroken, rows }) => !isBroken && rows < 1_000);
    const accepted = planned.map((upload, index) => ({ id: `id ${index}`, sequence: index + 1, planned: upload }));
    const expected = computeExpectedState(accepted);
    for (const { rowsRead, rowsLoaded, rowsRejected } of expected.uploads.values()) {
      expect(rowsRead).toBe(rowsLoaded + rowsRejected);
    }
    const hires = [...expected.hires.values()].flatMap((counts) => [...counts.values()]);
    expect(hires.reduce((sum, count) => sum + count, 0)).toBe(expected.employees.length);
    const reversed = accepted.map((upload, index) => ({ ...upload, sequence: accepted.length - index }));
    expect(computeExpectedState(reversed).employees).not.toEqual(expected.employees);
  });
});
