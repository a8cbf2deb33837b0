import type { Log } from '@tributary/core';
import type { Redis } from 'ioredis';

/**
 * The same connection for graphql-redis-subscriptions, which leaves promises of its own to reject unheard, and that ends
 * the process: through this one, subscribing and unsubscribing only log that they failed. The log is still read from time to time.
 */
export function withoutRejections(redis: Redis, log: Log): Redis {
  const note = (error: unknown) => log.warn({ err: error }, 'Redis refused a subscription');
  return new Proxy(redis, {
    get(target, name) {
      if (name === 'subscribe') {
        return (channel: string, done: () => void) =>
          target
            .subscribe(channel)
            .catch(note)
            .then(() => done());
      }
      if (name === 'unsubscribe' || name === 'punsubscribe') {
        return (channel: string) => target[name](channel).catch(note);
      }
      return Reflect.get(target, name);
    },
  });
}
