import { afterAll, describe, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import type { Answers } from '@tributary/employment-db';
import { testRedis, waitFor } from '@tributary/testing';
import { openAnswerCache } from './answer-cache.ts';

const redis = testRedis();
const cache = openAnswerCache({ redisUrl: redis.url, prefix: redis.prefix, log: createLog('test', 'silent') });

afterAll(async () => {
  await cache.close();
  await redis.cleanUp();
});

const answersOf = (version: number, years: number[]): Answers => ({
  version,
  hiresByQuarter: new Map(),
  departmentsAboveMean: new Map(years.map((year) => [year, [{ id: 1, department: 'Sales', hired: version }]])),
});

describe('the answer cache', () => {
  test('tells an empty cache from a year without hires, and replaces a generation whole', async () => {
    await waitFor(() => cache.ready());
    expect(await cache.read('departmentsAboveMean', 2021)).toBeNull();
    expect(await cache.version()).toBeNull();
    expect(await cache.store(answersOf(1, [2020, 2021]))).toBe(true);
    expect(await cache.read('departmentsAboveMean', 1999)).toEqual([]);
    expect(await cache.store(answersOf(2, [2021]))).toBe(true);
    expect(await cache.read('departmentsAboveMean', 2020)).toEqual([]);
    expect(await cache.read('departmentsAboveMean', 2021)).toEqual([{ id: 1, department: 'Sales', hired: 2 }]);
  });

  test('lets the newest generation stand however many are stored at once, in any order', async () => {
    const versions = Array.from({ length: 50 }, (_, index) => 10 + ((index * 37) % 50));
    await Promise.all(versions.map((version) => cache.store(answersOf(version, [version, 2021]))));
    expect(await cache.version()).toBe(59);
    expect(await cache.read('departmentsAboveMean', 2021)).toEqual([{ id: 1, department: 'Sales', hired: 59 }]);
    expect(await cache.read('departmentsAboveMean', 58)).toEqual([]);
    expect(await cache.store(answersOf(58, [1]))).toBe(false);
    expect(await cache.store(answersOf(59, [1]))).toBe(false);
  });
});
