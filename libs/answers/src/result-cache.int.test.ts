import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import type { QueryResults } from '@tributary/employment-db';
import { startTcpProxy, testRedis, waitFor } from '@tributary/testing';
import { openResultCache } from './result-cache.ts';
import { createResultReader, refreshResults } from './result-reader.ts';

const redis = testRedis();
const log = createLog('test', 'silent');
const cache = openResultCache({ redisUrl: redis.url, prefix: redis.prefix, log });

afterAll(async () => {
  await cache.close();
  await redis.cleanUp();
});

const answersOf = (version: number, years: number[], since: number | null = null): QueryResults => ({
  version,
  since,
  hiresByQuarter: new Map(),
  departmentsAboveMean: new Map(years.map((year) => [year, [{ id: 1, department: 'Sales', hired: version }]])),
});

describe('the answer cache', () => {
  test('tells an empty cache from a year without hires, and replaces a generation whole', async () => {
    await waitFor(() => cache.ready());
    expect(await cache.read('departmentsAboveMean', 2021)).toBeNull();
    expect(await cache.version()).toBeNull();
    expect(await cache.store(answersOf(1, [2020, 2021]))).toBe('stored');
    expect(await cache.read('departmentsAboveMean', 1999)).toEqual([]);
    expect(await cache.store(answersOf(2, [2021]))).toBe('stored');
    expect(await cache.read('departmentsAboveMean', 2020)).toEqual([]);
    expect(await cache.read('departmentsAboveMean', 2021)).toEqual([{ id: 1, department: 'Sales', hired: 2 }]);
  });

  test('gives what was read before only while its generation stands, also when the cache was emptied meanwhile', async () => {
    const rowsOf = (hired: number) => [{ id: 1, department: 'Sales', hired }];
    for (const version of [3, 4]) {
      await cache.store(answersOf(version, [2021]));
      for (let time = 0; time < 2; time++)
        expect(await cache.read('departmentsAboveMean', 2021)).toEqual(rowsOf(version));
    }
    await redis.cleanUp();
    expect(await cache.read('departmentsAboveMean', 2021)).toBeNull();
    await cache.store(answersOf(5, []));
    expect(await cache.read('departmentsAboveMean', 2021)).toEqual([]);
  });

  test('lets the newest generation stand however many are stored at once, in any order', async () => {
    const versions = Array.from({ length: 50 }, (_, index) => 10 + ((index * 37) % 50));
    await Promise.all(versions.map((version) => cache.store(answersOf(version, [version, 2021]))));
    expect(await cache.version()).toBe(59);
    expect(await cache.read('departmentsAboveMean', 2021)).toEqual([{ id: 1, department: 'Sales', hired: 59 }]);
    expect(await cache.read('departmentsAboveMean', 58)).toEqual([]);
    expect(await cache.store(answersOf(58, [1]))).toBe('notNewer');
    expect(await cache.store(answersOf(59, [1]))).toBe('notNewer');
  });

  test('replaces only the years that changed, and only in answers that hold the version before the changes', async () => {
    await redis.cleanUp();
    expect(await cache.store(answersOf(12, [2021], 10))).toBe('incomplete');
    await cache.store(answersOf(10, [2020, 2021, 2022]));
    expect(await cache.store(answersOf(13, [], 11))).toBe('incomplete');
    const changed = answersOf(12, [2021], 9);
    changed.departmentsAboveMean.set(2022, []);
    expect(await cache.store(changed)).toBe('stored');
    const hired = async (year: number) => (await cache.read('departmentsAboveMean', year))?.map((row) => row.hired);
    expect(await Promise.all([2020, 2021, 2022].map(hired))).toEqual([[10], [12], []]);
    expect(await cache.version()).toBe(12);
    expect(await cache.store(answersOf(11, [2021], 10))).toBe('notNewer');
  });

  test('is brought up to date in full when Redis lost it between the question for its version and the answers', async () => {
    await cache.store(answersOf(20, [2021]));
    const compute = jest.fn(async (since: number | null) => {
      if (since !== null) await redis.cleanUp();
      return answersOf(21, since === null ? [2020, 2021] : [2021], since);
    });
    expect((await refreshResults(cache, compute)).version).toBe(21);
    expect(compute.mock.calls).toEqual([[20], [null]]);
    expect(await cache.read('departmentsAboveMean', 2020)).toEqual([{ id: 1, department: 'Sales', hired: 21 }]);
    expect(await refreshResults(cache, async (since) => answersOf(22, [], since))).toMatchObject({ since: 21 });
    await redis.cleanUp();
  });

  test('is filled again by the next question after Redis lost it, once in each process', async () => {
    const compute = jest.fn(async () => answersOf(60, [2021]));
    const processes = [1, 2].map(() => createResultReader({ cache, compute, log }));
    await redis.cleanUp();
    const asked = processes.flatMap((reader) => [2021, 2021].map((year) => reader.read('departmentsAboveMean', year)));
    const rows = [{ id: 1, department: 'Sales', hired: 60 }];
    expect(await Promise.all(asked)).toEqual([rows, rows, rows, rows]);
    expect(compute).toHaveBeenCalledTimes(processes.length);
    expect(await cache.version()).toBe(60);
    for (const reader of processes) expect(await reader.read('departmentsAboveMean', 2021)).toEqual(rows);
    expect(compute).toHaveBeenCalledTimes(processes.length);
  });
});

test('a cache whose Redis went away is UNAVAILABLE at once, and answers again within two seconds of its return', async () => {
  const proxy = await startTcpProxy(redis.url, 6379);
  const away = openResultCache({ redisUrl: proxy.proxyUrl(redis.url), prefix: redis.prefix, log });
  await waitFor(() => away.ready());
  await proxy.stop();
  await waitFor(() => !away.ready());
  const since = performance.now();
  await expect(away.version()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(performance.now() - since).toBeLessThan(500);
  await proxy.resume();
  await waitFor(() => away.version().then(() => true), { timeoutMs: 2_000, what: 'the cache' });
  proxy.freeze();
  await expect(away.version()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(performance.now() - since).toBeLessThan(6_000);
  await away.close();
  await proxy.close();
});
