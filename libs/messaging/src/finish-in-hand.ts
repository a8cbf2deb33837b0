import type { Clock } from '@tributary/core';
import type { StopOptions } from './broker.ts';
import { endsWithin } from './ends-within.ts';

const graceMs = 1_000;

/**
 * Waits for the work in hand. After `timeoutMs`, or once the signal given is aborted, it aborts the work's own signal,
 * and waits at most a second more for those that listen to it.
 */
export async function finishInHand(
  inHand: ReadonlySet<Promise<unknown>>,
  { timeoutMs, signal, abort, clock }: StopOptions & { abort: () => void; clock: Clock },
): Promise<void> {
  if (inHand.size === 0) return;
  const finished = Promise.allSettled([...inHand]);
  if (await endsWithin(finished, { ms: timeoutMs, signal, clock })) return;
  abort();
  await endsWithin(finished, { ms: graceMs, clock });
}
