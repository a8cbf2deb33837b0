import type { Answers } from '@tributary/employment-db';
import type { AnswerCache } from './answer-cache.ts';

/**
 * Brings the cached answers up to the database: only the years that changed since the cached version, or all of them where
 * nothing is cached. `compute` is given that version. Returns what was computed.
 */
export async function refreshAnswers(
  cache: Pick<AnswerCache, 'version' | 'store'>,
  compute: (since: number | null) => Promise<Answers>,
): Promise<Answers> {
  const answers = await compute(await cache.version());
  if ((await cache.store(answers)) !== 'incomplete') return answers;
  // The cache lost what it had meanwhile.
  const all = await compute(null);
  await cache.store(all);
  return all;
}
