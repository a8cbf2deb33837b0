import { describe, expect, test } from '@jest/globals';
import { meterProcesses, processCost, sumCosts } from './process-cost.ts';

describe('meterProcesses', () => {
  test('counts the processor time of the span and the most memory held in it', () => {
    const end = meterProcesses({ own: process.pid });
    const until = performance.now() + 200;
    let filled = 0;
    while (performance.now() < until) filled = Buffer.alloc(2 ** 26, 1).length;
    const own = processCost.parse(end().own);
    expect(filled).toBe(2 ** 26);
    expect(own.cpuSeconds).toBeGreaterThan(0.05);
    expect(own.cpuSeconds).toBeLessThan(5);
    expect(own.peakMB).toBeGreaterThanOrEqual(64);
    expect(own.rssMB).toBeGreaterThan(10);
  });

  test('sums what several took', () => {
    const one = { cpuSeconds: 1, peakMB: 20, rssMB: 10 };
    expect(sumCosts([one, one])).toEqual({ cpuSeconds: 2, peakMB: 40, rssMB: 20 });
  });
});
