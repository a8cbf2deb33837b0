import { isAppError, type Log } from '@tributary/core';
import type { Answers } from '@tributary/employment-db';
import type { AnswerCache, AnswerKind, AnswerRow } from './answer-cache.ts';

export interface AnswerReader {
  /** One year's rows, from the cache whenever it has any. */
  read<K extends AnswerKind>(kind: K, year: number): Promise<AnswerRow[K][]>;
}

/**
 * Reads answers through the cache. An empty one is filled once however many ask at the same time; of several processes
 * that fill it the newest answers stay. While the cache is out of reach the answers come from the database, and those
 * who ask meanwhile share one run.
 */
export function createAnswerReader({
  cache,
  compute,
  log,
}: {
  cache: AnswerCache;
  compute: () => Promise<Answers>;
  log: Log;
}): AnswerReader {
  let inFlight: Promise<Answers> | null = null;

  function computeOnce(): Promise<Answers> {
    inFlight ??= fill().finally(() => {
      inFlight = null;
    });
    return inFlight;
  }

  async function fill(): Promise<Answers> {
    const answers = await compute();
    try {
      await cache.store(answers);
    } catch (error) {
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      log.warn({ err: error }, 'answers computed but not cached');
    }
    return answers;
  }

  async function readCache<K extends AnswerKind>(kind: K, year: number) {
    try {
      return await cache.read(kind, year);
    } catch (error) {
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      log.warn({ err: error }, 'answering from the database instead of the cache');
      return null;
    }
  }

  return {
    async read(kind, year) {
      return (await readCache(kind, year)) ?? rowsOf(await computeOnce(), kind, year);
    },
  };
}

function rowsOf<K extends AnswerKind>(answers: Answers, kind: K, year: number): AnswerRow[K][] {
  const byKind: { [Kind in AnswerKind]: Map<number, AnswerRow[Kind][]> } = answers;
  return byKind[kind].get(year) ?? [];
}
