import type { Clock } from '@tributary/core';

const stepMs = 300;

/**
 * Settles at a whole multiple of 300 ms after the start, whether the work succeeds or fails. That hides differences of up
 * to 300 ms, such as the few statements more that a known address costs, while the work itself stays below that; on a
 * system so slow that it does not, whole steps remain visible.
 */
export async function padResponseTime<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  const startedAt = clock.now().getTime();
  try {
    return await work();
  } finally {
    const tookMs = clock.now().getTime() - startedAt;
    await clock.sleep(stepMs - (tookMs % stepMs));
  }
}
