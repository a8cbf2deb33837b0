import { describe, expect, jest, test } from '@jest/globals';
import { fixedClock } from '@tributary/testing';
import { createRefresher } from './refresher.ts';

function aDatabase(version: number) {
  let stored: number | null = null;
  const run = jest.fn(async () => {
    const snapshot = version;
    await new Promise(setImmediate);
    stored = snapshot;
    return snapshot;
  });
  const refresher = createRefresher({ storedVersion: async () => stored, run });
  const commit = () => {
    version += 1;
  };
  return { refresher, run, commit };
}

describe('createRefresher', () => {
  test('shares one run among all that ask before it starts', async () => {
    const { refresher, run } = aDatabase(3);
    expect(await Promise.all([1, 2, 3].map((version) => refresher.refreshTo(version)))).toEqual([3, 3, 3]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('gives those that ask during a run the next one, whose snapshot holds their rows', async () => {
    const { refresher, run, commit } = aDatabase(1);
    const first = refresher.refresh();
    await Promise.resolve().then(() => undefined);
    await Promise.resolve();
    commit();
    const later = [refresher.refresh(), refresher.refresh()];
    expect(await first).toBe(1);
    expect(await Promise.all(later)).toEqual([2, 2]);
    expect(run).toHaveBeenCalledTimes(2);
  });

  test('starts runs at the minimum interval, and all calls in between share the next', async () => {
    const clock = fixedClock();
    const run = jest.fn(async () => run.mock.calls.length);
    const refresher = createRefresher({ storedVersion: async () => null, run, minIntervalMs: 200, clock });
    expect(await refresher.refresh()).toBe(1);
    clock.advance(150);
    const soon = refresher.refresh();
    await new Promise(setImmediate);
    const later = refresher.refresh();
    clock.advance(49);
    await new Promise(setImmediate);
    expect(run).toHaveBeenCalledTimes(1);
    clock.advance(1);
    expect(await Promise.all([soon, later])).toEqual([2, 2]);
    clock.advance(200);
    expect(await refresher.refresh()).toBe(3);
  });

  test('runs again after a run that failed', async () => {
    const { refresher, run } = aDatabase(1);
    run.mockRejectedValueOnce(new Error('gone'));
    await expect(refresher.refresh()).rejects.toThrow('gone');
    expect(await refresher.refresh()).toBe(1);
  });

  test('waits, as for something unavailable, for a version the database does not show yet', async () => {
    await expect(aDatabase(1).refresher.refreshTo(2)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
