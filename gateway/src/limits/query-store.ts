import type { Redis } from 'ioredis';

export interface QueryStore {
  /** Null for one that is not kept, or while Redis is away. */
  find(hash: string): Promise<string | null>;
  /** Resolves also where it was not kept: it is too long, or Redis is away. */
  keep(hash: string, text: string): Promise<void>;
}

/** The ones kept longest ago make place. */
const keep = `
redis.call('SET', KEYS[2] .. ARGV[1], ARGV[2], 'EX', ARGV[3])
redis.call('ZADD', KEYS[1], redis.call('TIME')[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[4])
if over > 0 then
  for i, hash in ipairs(redis.call('ZRANGE', KEYS[1], 0, over - 1)) do redis.call('DEL', KEYS[2] .. hash) end
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1)
end
return 0
`;

/** Automatic persisted queries in Redis, which all gateways share: for a time, at most so many, none longer than allowed. */
export function createQueryStore(options: {
  redis: Redis;
  prefix: string;
  ttlSeconds: number;
  most: number;
  maxBytes: number;
}): QueryStore {
  const { redis } = options;
  const prefix = `${options.prefix}apq:`;
  const isAway = () => redis.status !== 'ready';
  return {
    find: async (hash) => (isAway() ? null : redis.get(`${prefix}${hash}`).catch(() => null)),
    async keep(hash, text) {
      if (isAway() || Buffer.byteLength(text) > options.maxBytes) return;
      const keys = [`${options.prefix}apqs`, prefix];
      await redis.eval(keep, 2, ...keys, hash, text, options.ttlSeconds, options.most).catch(() => undefined);
    },
  };
}
