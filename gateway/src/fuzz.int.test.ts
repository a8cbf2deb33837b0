import { expect, test } from '@jest/globals';
import { runFuzz } from '../fixtures/fuzz/run-fuzz.ts';

test('5,000 random requests leave the gateway running, its built-in objects unchanged and its memory as before', async () => {
  const { runs, failures } = await runFuzz({ seed: 20_261_127, runs: 5_000 });
  expect(failures).toEqual([]);
  expect(runs).toBe(5_000);
}, 300_000);
