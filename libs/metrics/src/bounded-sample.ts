import { setTimeout as pause } from 'node:timers/promises';

const everyMs = 5_000;
const withinMs = 1_000;

/**
 * The same look at something outside this process, but cheap and bounded however often it is asked for: an answer serves
 * for five seconds, one look is under way at a time, and whoever waits longer than a second for it, or to whom it fails, gets undefined.
 */
export function boundedSample<T>(
  look: () => Promise<T>,
  options: { everyMs?: number; withinMs?: number } = {},
): () => Promise<T | undefined> {
  const limits = { everyMs, withinMs, ...options };
  let pending: Promise<T | undefined> | null = null;
  let last: { at: number; value: T } | null = null;

  async function ask(): Promise<T | undefined> {
    try {
      const value = await look();
      last = { at: performance.now(), value };
      return value;
    } catch {
      // Readiness says in the log what is away.
      return undefined;
    } finally {
      pending = null;
    }
  }

  return async () => {
    if (last && performance.now() - last.at < limits.everyMs) return last.value;
    pending ??= ask();
    const over = new AbortController();
    const late = pause(limits.withinMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    try {
      return await Promise.race([pending, late]);
    } finally {
      over.abort();
    }
  };
}
