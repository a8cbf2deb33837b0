import type { Log } from '@tributary/core';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import { withoutRejections } from './without-rejections.ts';

/** Hears of news, and where that was said the time in milliseconds at which it was, and the `traceparent` of what has them. */
export type OnSignal = (saidAt?: number, traceparent?: string) => void;

/** Says that a channel has news; what the news is stands in the log. */
export interface Signals {
  /** Resolves once signals of the channel arrive for certain; also signals after a lost connection came back. */
  subscribe(channel: string, onSignal: OnSignal): Promise<() => void>;
  /** Channels subscribed to by at least one listener. */
  channelCount(): number;
  ready(): boolean;
  close(): Promise<void>;
}

/** Connects to Redis, retrying for as long as it takes; listeners of one channel share one Redis subscription. */
export function connectSignals(options: { url: string; prefix: string; log: Log }): Signals {
  const { log } = options;
  const connectionName = `${options.prefix}signals`;
  const redis = new Redis(options.url, { connectionName, maxRetriesPerRequest: null, lazyConnect: true });
  const subscriber = withoutRejections(redis, log);
  const pubSub = new RedisPubSub({ subscriber, publisher: subscriber });
  const listeners = new Map<(said?: unknown) => void, string>();
  let isUnavailable = false;
  redis.on('error', (error) => {
    if (!isUnavailable) log.warn({ err: error }, 'waiting for Redis');
    isUnavailable = true;
  });
  redis.on('ready', () => {
    if (isUnavailable) log.info('redis connected');
    isUnavailable = false;
    // Commands are answered in order: after the pong every channel is subscribed to again, so a re-read misses nothing.
    redis.ping().then(
      () => listeners.forEach((_channel, listener) => void listener()),
      () => undefined,
    );
  });
  redis.connect().catch(() => undefined);

  return {
    async subscribe(channel, onSignal) {
      const name = options.prefix + channel;
      const listener = (said?: unknown) => {
        const [at, traceparent] = String(said).split(' ');
        onSignal(Number(at) > 1e12 ? Number(at) : undefined, traceparent);
      };
      const id = await pubSub.subscribe(name, listener);
      listeners.set(listener, name);
      return () => {
        if (listeners.delete(listener)) pubSub.unsubscribe(id);
      };
    },
    channelCount: () => new Set(listeners.values()).size,
    ready: () => redis.status === 'ready',
    async close() {
      redis.disconnect();
    },
  };
}
