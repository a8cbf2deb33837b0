import { describe, expect, jest, test } from '@jest/globals';
import { systemClock as clock } from '@tributary/core';
import { loadCompleted, queriesRefreshed } from '@tributary/events';
import type { HandlingContext } from '@tributary/worker';
import { createRefresher } from './create-refresher.ts';
import { handleLoadEnd } from './handle-load-end.ts';

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

describe('handleLoadEnd', () => {
  test('handling the same message twice changes nothing: the queries run once, and it is announced alike', async () => {
    const { refresher, run } = aDatabase(4);
    const publish = jest.fn<HandlingContext['publish']>(async () => undefined);
    const body = {
      uploadId: '0197c0de-0000-7000-8000-000000000001',
      at: '2026-01-02T03:04:05.678Z',
      rowsRead: 1,
      rowsLoaded: 1,
      rowsRejected: 0,
      reasons: [],
      awaits: [queriesRefreshed.type],
      version: 4,
    };
    for (const _ of [1, 2]) await handleLoadEnd({ type: loadCompleted.type, body }, { refresher, publish, clock });
    expect(run).toHaveBeenCalledTimes(1);
    expect(publish).toHaveBeenCalledTimes(2);
    const announced = expect.objectContaining({ uploadId: body.uploadId, version: 4 });
    expect(publish).toHaveBeenLastCalledWith(queriesRefreshed, announced);
  });
});
