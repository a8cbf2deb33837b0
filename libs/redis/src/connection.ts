import { traceRedis } from '@tributary/tracing';
import { Redis, type RedisOptions } from 'ioredis';

type Waiting = Pick<RedisOptions, 'commandTimeout' | 'connectTimeout' | 'enableOfflineQueue' | 'maxRetriesPerRequest'>;

/**
 * Connects in the background and reconnects without limit, at least twice a second. Unless `waiting` says otherwise, a command
 * waits up to a second and a half for the connection and its reply, so that a restart of Redis goes unnoticed, and then fails;
 * every fourth failed attempt to connect drops the waiting commands, so that few pile up.
 */
export function connectRedis(url: string, waiting: Waiting = {}): Redis {
  const redis = new Redis(url, {
    connectTimeout: 1_500,
    commandTimeout: 1_500,
    maxRetriesPerRequest: 3,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
    reconnectOnError: reconnectDemoted,
    ...waiting,
  });
  // Without a listener ioredis prints every failed attempt; the readiness watch says it once.
  redis.on('error', () => undefined);
  return traceRedis(redis);
}

/**
 * For ioredis' `reconnectOnError`: a server that became a replica answers each write with READONLY. The connection is replaced, so that
 * the address is resolved again, and the command, which had no effect, is sent on the new one.
 */
const reconnectDemoted = (error: Error) => (error.message.startsWith('READONLY') ? 2 : false);
