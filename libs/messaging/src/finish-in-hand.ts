import type { Clock } from '@tributary/core';

const graceMs = 1_000;

/**
 * Waits for the work in hand. After `timeoutMs` it aborts the signal, and waits at most a second more for those that
 * listen to it.
 */
export async function finishInHand(
  inHand: ReadonlySet<Promise<unknown>>,
  { timeoutMs, abort, clock }: { timeoutMs: number | undefined; abort: () => void; clock: Clock },
): Promise<void> {
  if (inHand.size === 0) return;
  const finished = Promise.allSettled([...inHand]);
  if (timeoutMs === undefined) {
    await finished;
    return;
  }
  if (await endsWithin(finished, timeoutMs, clock)) return;
  abort();
  await endsWithin(finished, graceMs, clock);
}

async function endsWithin(finished: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const timer = new AbortController();
  const late = clock.sleep(ms, timer.signal).then(
    () => false,
    () => true,
  );
  const inTime = await Promise.race([finished.then(() => true), late]);
  timer.abort();
  return inTime;
}
