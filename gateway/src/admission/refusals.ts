import { RetryAfterError } from '../errors.ts';
import type { ConsumeTokens, Rate } from './rate-limits.ts';

const maxBlocked = 10_000;
/**
 * How long an address is blocked before its bucket is asked again: it may have been reset, or Redis may be unavailable.
 */
const maxBlockMs = 1_000;

/**
 * Counts every rejected request against the rate of its address. An address above its rate is blocked in this process
 * until it may try again, so that its requests are rejected before they are read.
 */
export function createRefusals({ drawTokens, perAddress }: { drawTokens: ConsumeTokens; perAddress: Rate | null }) {
  const blocked = new Map<string, { until: number; readyAt: number }>();

  return {
    /** Throws RATE_LIMITED for a blocked address. */
    assertNotBlocked(address: string): void {
      const block = blocked.get(address);
      if (!block) return;
      const now = performance.now();
      if (now < block.until) throw later(block.readyAt - now);
      blocked.delete(address);
    },

    /** Counts one rejected request. Throws RATE_LIMITED above the rate. */
    async count(address: string): Promise<void> {
      if (!perAddress) return;
      const waitMs = await drawTokens([{ key: `address:${address}`, ...perAddress, tokens: 1 }]);
      if (waitMs <= 0) return;
      const now = performance.now();
      blocked.delete(address);
      blocked.set(address, { until: now + Math.min(waitMs, maxBlockMs), readyAt: now + waitMs });
      const [oldest] = blocked.keys();
      if (blocked.size > maxBlocked && oldest !== undefined) blocked.delete(oldest);
      throw later(waitMs);
    },
  };
}

function later(waitMs: number): RetryAfterError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  const message = `Too many requests; try again in ${retryAfterSeconds} s`;
  return new RetryAfterError('RATE_LIMITED', message, { limit: 'RATE_LIMIT', retryAfterSeconds });
}
