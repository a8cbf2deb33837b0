import { createHash } from 'node:crypto';
import { createTtlCache } from '@tributary/concurrency';
import { systemClock } from '@tributary/core';
import type { Redis } from 'ioredis';

const keepSeconds = 30 * 24 * 3_600;
const refreshMs = 3_600_000;
const maxRemembered = 10_000;

/** The addresses from which an account was used with a valid token during the last 30 days. */
export interface KnownAddresses {
  remember(account: string, address: string): void;
  /** Also false while Redis is unavailable. */
  has(account: string, address: string): Promise<boolean>;
}

/** Stores them in Redis, which all gateways share; accounts are hashed in lower case. */
export function createKnownAddresses({ redis, prefix }: { redis: Redis; prefix: string }): KnownAddresses {
  const remembered = createTtlCache<true>({ maxEntries: maxRemembered, clock: systemClock });
  const toKey = (account: string, address: string) => `${prefix}known:${hashAccount(account)}:${address}`;
  return {
    remember(account, address) {
      const key = toKey(account, address);
      if (remembered.get(key) || redis.status !== 'ready') return;
      remembered.set(key, true, Date.now() + refreshMs);
      redis.set(key, '1', 'EX', keepSeconds).catch(() => undefined);
    },
    async has(account, address) {
      if (redis.status !== 'ready') return false;
      return (await redis.exists(toKey(account, address)).catch(() => 0)) > 0;
    },
  };
}

export const nobodyKnown: KnownAddresses = { remember: () => undefined, has: async () => false };

/** Redis never stores an account or token itself; upper and lower case make no difference. */
export const hashAccount = (account: string) =>
  createHash('sha256').update(account.trim().toLowerCase()).digest('hex').slice(0, 32);
