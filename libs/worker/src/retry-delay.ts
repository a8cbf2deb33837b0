const firstMs = 1_000;
const aMinute = 60_000;

/** Milliseconds before the next try: 1, 2, 4 … 60 s or what is the longest, less up to a fifth at random so that waiters do not come back at once. */
export function retryDelayMs(triesSoFar: number, random: () => number = Math.random, maxMs: number = aMinute): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(triesSoFar, 10));
  return Math.round(full * (1 - 0.2 * random()));
}
