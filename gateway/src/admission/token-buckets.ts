import type { Log } from '@tributary/core';
import type { Redis } from 'ioredis';
import type { Rate } from './rate-limits.ts';

export interface TokenRequest extends Rate {
  key: string;
  tokens: number;
}

/**
 * The generic cell rate algorithm, a token bucket kept as one moment: the one at which the bucket is full again. All buckets give
 * or none does. By the clock of Redis; gives the milliseconds until all would, 0 where they did.
 */
const draw = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local wait = 0
local full = {}
for i, key in ipairs(KEYS) do
  local period = tonumber(ARGV[3 * i - 2])
  local each = period / tonumber(ARGV[3 * i - 1])
  full[i] = math.max(now, tonumber(redis.call('GET', key) or now)) + tonumber(ARGV[3 * i]) * each
  wait = math.max(wait, full[i] - period - now)
end
if wait > 0.5 then return math.ceil(wait) end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.3f', full[i]), 'PX', math.ceil(full[i] - now) + 1)
end
return 0
`;

export type ConsumeTokens = (draws: readonly TokenRequest[]) => Promise<number>;

/** Draws from buckets in Redis, which all gateways share. While Redis is away everything is let through, said once in the log. */
export function createTokenBuckets({ redis, prefix, log }: { redis: Redis; prefix: string; log: Log }): ConsumeTokens {
  let isAway = false;

  function note(isAwayNow: boolean, error?: unknown) {
    if (isAwayNow === isAway) return;
    isAway = isAwayNow;
    if (isAway) log.warn({ err: error }, 'Redis is away: rates are not limited until it is back');
    else log.info({}, 'Redis is back: rates are limited again');
  }

  return async (draws) => {
    if (draws.length === 0) return 0;
    try {
      // Waiting for a connection would hold up each operation; there is nothing that must be known first.
      if (redis.status !== 'ready') throw new Error(`The connection to Redis is ${redis.status}`);
      const keys = draws.map(({ key }) => `${prefix}rate:${key}`);
      const values = draws.flatMap(({ periodMs, count, tokens }) => [periodMs, count, tokens]);
      const wait = Number(await redis.eval(draw, keys.length, ...keys, ...values));
      note(false);
      return wait;
    } catch (error) {
      note(true, error);
      return 0;
    }
  };
}
