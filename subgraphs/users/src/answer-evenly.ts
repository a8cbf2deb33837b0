import type { Clock } from '@tributary/core';

const stepMs = 300;

/**
 * Ends, well or not, at a whole multiple of 300 ms after its begin: how long the work took, and so what it found,
 * cannot be told from outside.
 */
export async function answerEvenly<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  const startedAt = clock.now().getTime();
  try {
    return await work();
  } finally {
    const tookMs = clock.now().getTime() - startedAt;
    await clock.sleep(stepMs - (tookMs % stepMs));
  }
}
