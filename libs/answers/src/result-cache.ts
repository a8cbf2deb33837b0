import { type Log, unavailable } from '@tributary/core';
import type { DepartmentHires, QuarterlyHires, QueryResults } from '@tributary/employment-db';
import { connectRedis } from '@tributary/redis';
import { z } from 'zod';
import { storeGenerationArguments, storeGenerationScript } from './store-generation.ts';

/** Of each kind, so many years' rows are kept as they were read. */
const maxCachedYears = 100;

const count = z.int().min(0);
const rowShapes: { [K in QueryName]: z.ZodType<ResultRow[K][]> } = {
  hiresByQuarter: z.array(
    z.object({ department: z.string(), job: z.string(), q1: count, q2: count, q3: count, q4: count }),
  ),
  departmentsAboveMean: z.array(z.object({ id: z.int(), department: z.string(), hired: count })),
};

export interface ResultRow {
  hiresByQuarter: QuarterlyHires;
  departmentsAboveMean: DepartmentHires;
}

export type QueryName = keyof ResultRow;

export interface ResultCache {
  /**
   * Replaces all cached answers at once, or those of the changed years, only by newer ones: `stored`, else `notNewer`. Changes
   * since a version that the cache does not hold are `incomplete`: store all answers instead.
   */
  store(answers: QueryResults): Promise<'stored' | 'notNewer' | 'incomplete'>;
  /** One year's rows: empty for a year without hires, null while nothing is cached. */
  read<K extends QueryName>(kind: K, year: number): Promise<ResultRow[K][] | null>;
  /** The data version the cached answers hold; null while nothing is cached. */
  version(): Promise<number | null>;
  ready(): boolean;
  close(): Promise<void>;
}

/**
 * Opens the answers cached in Redis, in the hash `<prefix>answers`. It connects in the background and again after each
 * loss; until then every call throws UNAVAILABLE at once rather than wait.
 */
export function openResultCache({
  redisUrl,
  prefix,
  log,
}: {
  redisUrl: string;
  prefix: string;
  log: Log;
}): ResultCache {
  const redis = connectRedis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    commandTimeout: 3_000,
  });
  let isUnavailable = false;
  redis.on('error', (error: Error) => {
    if (!isUnavailable) log.warn({ reason: error.message }, 'redis unavailable, retrying');
    isUnavailable = true;
  });
  redis.on('ready', () => {
    if (isUnavailable) log.info('redis connected');
    isUnavailable = false;
  });
  const key = `${prefix}answers`;
  const read: { [K in QueryName]: Map<number, { version: string; rows: ResultRow[K][] }> } = {
    hiresByQuarter: new Map(),
    departmentsAboveMean: new Map(),
  };

  return {
    async store(answers) {
      const reply = await orUnavailable(
        redis.eval(storeGenerationScript, 1, key, ...storeGenerationArguments(answers)),
      );
      return reply === 1 ? 'stored' : reply === 0 ? 'notNewer' : 'incomplete';
    },
    async read(kind, year) {
      const known = read[kind].get(year);
      // What was read of a generation stays what it is: only whether it is still the one that stands must be asked.
      if (known && known.version === (await orUnavailable(redis.hget(key, 'version')))) return known.rows;
      const [version, text] = await orUnavailable(redis.hmget(key, 'version', `${kind}:${year}`));
      if (!version) return null;
      const rows = text ? parseRows(kind, text) : [];
      if (read[kind].size >= maxCachedYears) read[kind].clear();
      read[kind].set(year, { version, rows });
      return rows;
    },
    async version() {
      const version = await orUnavailable(redis.hget(key, 'version'));
      return version === null ? null : Number(version);
    },
    ready: () => redis.status === 'ready',
    async close() {
      redis.disconnect();
    },
  };
}

function parseRows<K extends QueryName>(kind: K, json: string): ResultRow[K][] {
  return rowShapes[kind].parse(JSON.parse(json));
}

async function orUnavailable<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw unavailable('The cached answers cannot be reached', { cause: error });
  }
}
