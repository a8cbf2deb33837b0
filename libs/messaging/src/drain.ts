import type { Clock } from '@tributary/core';
import type { StopOptions } from './broker.ts';

const graceMs = 1_000;

/**
 * Waits for the work in flight. After `timeoutMs`, or once the given signal is aborted, it aborts the work's own
 * signal, and waits at most a second more for those that listen to it.
 */
export async function drainInFlight(
  inFlight: ReadonlySet<Promise<unknown>>,
  { timeoutMs, signal, abort, clock }: StopOptions & { abort: () => void; clock: Clock },
): Promise<void> {
  if (inFlight.size === 0) return;
  const finished = Promise.allSettled([...inFlight]);
  if (await settlesWithin(finished, { ms: timeoutMs, signal, clock })) return;
  abort();
  await settlesWithin(finished, { ms: graceMs, clock });
}

/** Whether the work settles within that time, or before the signal is aborted where one is given. Never throws. */
export async function settlesWithin(
  work: Promise<unknown>,
  { ms, signal, clock }: { ms?: number | undefined; signal?: AbortSignal | undefined; clock: Clock },
): Promise<boolean> {
  const settled = new AbortController();
  const limits: Promise<unknown>[] = [];
  if (ms !== undefined) limits.push(clock.sleep(ms, settled.signal).catch(() => undefined));
  if (signal !== undefined) limits.push(waitForAbort(signal, settled.signal));
  const inTime = await Promise.race([
    work.then(
      () => true,
      () => true,
    ),
    ...limits.map((limit) => limit.then(() => false)),
  ]);
  settled.abort();
  return inTime;
}

/** Resolves once the signal is aborted; listens no longer than needed. */
function waitForAbort(signal: AbortSignal, settled: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true, signal: settled });
  });
}
