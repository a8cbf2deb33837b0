import { describe, expect, jest, test } from '@jest/globals';
import { createLog, unavailable } from '@tributary/core';
import type { QueryResults } from '@tributary/employment-db';
import type { ResultCache } from './result-cache.ts';
import { createResultReader } from './result-reader.ts';

const log = createLog('test', 'silent');
const rows = [{ id: 1, department: 'Sales', hired: 3 }];
const answers: QueryResults = {
  version: 1,
  since: null,
  hiresByQuarter: new Map(),
  departmentsAboveMean: new Map([[2021, rows]]),
};

const aCache = (cache: Partial<ResultCache>): ResultCache => ({
  store: async () => 'stored',
  read: async () => null,
  version: async () => null,
  ready: () => true,
  close: async () => undefined,
  ...cache,
});

describe('createAnswerReader', () => {
  test('fills an empty cache once, however many ask at the same time', async () => {
    const compute = jest.fn(async () => answers);
    const store = jest.fn(async () => 'stored' as const);
    const reader = createResultReader({ cache: aCache({ store }), compute, log });
    const asked = [2021, 2021, 1999].map((year) => reader.read('departmentsAboveMean', year));
    expect(await Promise.all(asked)).toEqual([rows, rows, []]);
    expect(compute).toHaveBeenCalledTimes(1);
    expect(store).toHaveBeenCalledTimes(1);
  });

  test('answers from the database while the cache is out of reach', async () => {
    const gone = async () => {
      throw unavailable('gone');
    };
    const reader = createResultReader({
      cache: aCache({ read: gone, store: gone }),
      compute: async () => answers,
      log,
    });
    expect(await reader.read('departmentsAboveMean', 2021)).toEqual(rows);
  });
});
