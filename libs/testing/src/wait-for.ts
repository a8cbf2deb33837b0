import { systemClock } from '@tributary/core';

export interface WaitOptions {
  timeoutMs?: number;
  intervalMs?: number;
  /** What is waited for, for the message of the failure. */
  what?: string;
}

/**
 * Resolves with the first value of `condition` that is neither undefined, null nor false. A condition that throws does
 * not hold yet; on time-out the error says what was waited for and how the last look ended.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, intervalMs = 20, what = 'the condition' }: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const value = await condition();
      if (holds(value)) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      const ending = last instanceof Error ? `it threw ${last.message}` : `it was ${JSON.stringify(last)}`;
      throw new Error(`Waited ${timeoutMs} ms for ${what}; at the last look ${ending}`, { cause: last });
    }
    await systemClock.sleep(intervalMs);
  }
}

function holds<T>(value: T): value is Exclude<T, undefined | null | false> {
  return value !== undefined && value !== null && value !== false;
}
