import { setImmediate as later } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createTurns } from './create-turns.ts';

test('at most so many work at a time, in the order they came, and a failure ends a turn too', async () => {
  const turn = createTurns(2);
  const [begun, ended]: [number[], (() => void)[]] = [[], []];
  const work = (name: number) =>
    turn(async () => {
      begun.push(name);
      await new Promise<void>((resolve) => void ended.push(resolve));
      if (name === 1) throw new Error('failed');
      return name;
    });
  const results = [1, 2, 3, 4, 5].map((name) => work(name).catch(() => 'failed'));
  for (const expected of [
    [1, 2],
    [1, 2, 3],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5],
  ]) {
    await later();
    expect(begun).toEqual(expected);
    ended.shift()?.();
  }
  await later();
  for (const end of ended) end();
  expect(await Promise.all(results)).toEqual(['failed', 2, 3, 4, 5]);
  await expect(turn(async () => 'again')).resolves.toBe('again');
});
