import { unavailable } from '@tributary/core';
import type { Redis } from 'ioredis';

export interface Revocations {
  /** From now on the gateway refuses the user's access tokens issued before that moment; UNAVAILABLE if it cannot be told. */
  refuseBefore(userId: string, moment: Date): Promise<void>;
}

/** One minute longer than an access token lives. */
const keepMs = 16 * 60 * 1000;

const raise = `
  local known = tonumber(redis.call('GET', KEYS[1]))
  if known and known >= tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`;

/** Keeps the moments in Redis, where the gateway looks at each request; an earlier moment never replaces a later one. */
export function createRevocations({ redis, prefix }: { redis: Redis; prefix: string }): Revocations {
  return {
    async refuseBefore(userId, moment) {
      try {
        await redis.eval(raise, 1, `${prefix}revokedBefore:${userId}`, moment.getTime(), keepMs);
      } catch (cause) {
        throw unavailable('Access tokens cannot be revoked at this moment: try again', { cause });
      }
    },
  };
}
