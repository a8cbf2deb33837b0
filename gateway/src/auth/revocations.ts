import { unavailable } from '@tributary/core';
import type { Redis } from 'ioredis';

/**
 * Tells whether a token issued then (seconds, fractional) was revoked since. Throws UNAVAILABLE while Redis cannot tell:
 * a revoked token must not be let in because Redis is away.
 */
export type IsRevoked = (token: { sub: string; iat: number }) => Promise<boolean>;

export function createRevocations(redis: Redis, prefix: string): IsRevoked {
  return async ({ sub, iat }) => {
    const before = await redis.get(`${prefix}revokedBefore:${sub}`).catch((cause: unknown) => {
      throw unavailable('Access tokens cannot be checked for revocation at the moment', { cause });
    });
    return before !== null && iat * 1000 < Number(before);
  };
}
