import { isAppError, type Log } from '@tributary/core';
import type { QueryResults } from '@tributary/employment-db';
import type { QueryName, ResultCache, ResultRow } from './result-cache.ts';

export interface ResultReader {
  /** One year's rows, from the cache whenever it has any. */
  read<K extends QueryName>(kind: K, year: number): Promise<ResultRow[K][]>;
}

/**
 * Reads answers through the cache. An empty one is filled once however many ask at the same time; of several processes
 * that fill it the newest answers stay. While the cache is out of reach the answers come from the database, and those
 * who ask meanwhile share one run.
 */
export function createResultReader({
  cache,
  compute,
  log,
}: {
  cache: ResultCache;
  compute: () => Promise<QueryResults>;
  log: Log;
}): ResultReader {
  let inFlight: Promise<QueryResults> | null = null;

  function computeOnce(): Promise<QueryResults> {
    inFlight ??= fill().finally(() => {
      inFlight = null;
    });
    return inFlight;
  }

  async function fill(): Promise<QueryResults> {
    const answers = await compute();
    try {
      await cache.store(answers);
    } catch (error) {
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      log.warn({ err: error }, 'results computed, not cached');
    }
    return answers;
  }

  async function readCache<K extends QueryName>(kind: K, year: number) {
    try {
      return await cache.read(kind, year);
    } catch (error) {
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      log.warn({ err: error }, 'results read from the database, cache unavailable');
      return null;
    }
  }

  return {
    async read(kind, year) {
      return (await readCache(kind, year)) ?? selectRows(await computeOnce(), kind, year);
    },
  };
}

function selectRows<K extends QueryName>(answers: QueryResults, kind: K, year: number): ResultRow[K][] {
  const byKind: { [Kind in QueryName]: Map<number, ResultRow[Kind][]> } = answers;
  return byKind[kind].get(year) ?? [];
}

/**
 * Brings the cached answers up to the database: only the years that changed since the cached version, or all of them where
 * nothing is cached. `compute` is given that version. Returns what was computed.
 */
export async function refreshResults(
  cache: Pick<ResultCache, 'version' | 'store'>,
  compute: (since: number | null) => Promise<QueryResults>,
): Promise<QueryResults> {
  const answers = await compute(await cache.version());
  if ((await cache.store(answers)) !== 'incomplete') return answers;
  // The cache lost what it had meanwhile.
  const all = await compute(null);
  await cache.store(all);
  return all;
}
