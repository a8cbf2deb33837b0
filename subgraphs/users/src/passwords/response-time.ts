import type { Clock } from '@tributary/core';

const stepMs = 300;

/**
 * Settles a whole multiple of 300 ms after the start, whether the work succeeds or fails. This hides differences in duration, such as
 * the additional statements for a known address, as long as the work takes less than 300 ms.
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
