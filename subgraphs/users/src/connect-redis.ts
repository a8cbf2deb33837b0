import { Redis } from 'ioredis';

/** Connects in the background and for ever again; a command fails at once while there is no connection, or after two seconds. */
export function connectRedis(url: string): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  // Without a listener ioredis prints every failed attempt; the readiness watch says it once.
  redis.on('error', () => undefined);
  return redis;
}
