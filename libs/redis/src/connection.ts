import { traceRedis } from '@tributary/tracing';
import { Redis } from 'ioredis';

/**
 * Connects in the background, and again for ever, at least twice a second. A command waits up to a second and a half for the
 * connection and its answer, so that a restart of Redis is not noticed, then fails; few pile up, as every fourth attempt in vain drops them.
 */
export function connectRedis(url: string): Redis {
  const redis = new Redis(url, {
    connectTimeout: 1_500,
    commandTimeout: 1_500,
    maxRetriesPerRequest: 3,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
    reconnectOnError: reconnectDemoted,
  });
  // Without a listener ioredis prints every failed attempt; the readiness watch says it once.
  redis.on('error', () => undefined);
  return traceRedis(redis);
}

/**
 * For ioredis' `reconnectOnError`: a server that became a replica answers each write with READONLY. The connection is replaced, so that
 * the address is resolved again, and the command, which had no effect, is sent on the new one.
 */
export const reconnectDemoted = (error: Error) => (error.message.startsWith('READONLY') ? 2 : false);
