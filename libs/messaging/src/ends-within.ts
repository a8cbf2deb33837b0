import type { Clock } from '@tributary/core';

/** Whether the work settles within that time, or before the signal is aborted where one is given. Never throws. */
export async function endsWithin(
  work: Promise<unknown>,
  { ms, signal, clock }: { ms?: number | undefined; signal?: AbortSignal | undefined; clock: Clock },
): Promise<boolean> {
  const settled = new AbortController();
  const limits: Promise<unknown>[] = [];
  if (ms !== undefined) limits.push(clock.sleep(ms, settled.signal).catch(() => undefined));
  if (signal !== undefined) limits.push(abortOf(signal, settled.signal));
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
function abortOf(signal: AbortSignal, settled: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true, signal: settled });
  });
}
