import type { Log } from '@tributary/core';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';

/** Says that a channel has news; what the news is stands in the log. */
export interface Signals {
  /** Resolves once signals of the channel arrive for certain; also signals after a lost connection came back. */
  subscribe(channel: string, onSignal: () => void): Promise<() => void>;
  /** Channels subscribed to by at least one listener. */
  channelCount(): number;
  ready(): boolean;
  close(): Promise<void>;
}

/** Connects to Redis, retrying for as long as it takes; listeners of one channel share one Redis subscription. */
export function connectSignals(options: { url: string; prefix: string; log: Log }): Signals {
  const { log } = options;
  const connect = () => new Redis(options.url, { maxRetriesPerRequest: null, lazyConnect: true });
  const subscriber = connect();
  const pubSub = new RedisPubSub({ subscriber, publisher: connect() });
  const listeners = new Map<() => void, string>();
  subscriber.on('error', (error) => log.warn({ err: error }, 'waiting for Redis'));
  subscriber.on('ready', () => {
    // Commands are answered in order: after the pong every channel is subscribed to again, so a re-read misses nothing.
    subscriber.ping().then(
      () => listeners.forEach((_channel, onSignal) => void onSignal()),
      () => undefined,
    );
  });
  subscriber.connect().catch(() => undefined);

  return {
    async subscribe(channel, onSignal) {
      const name = options.prefix + channel;
      const listener = () => onSignal();
      const id = await pubSub.subscribe(name, listener);
      listeners.set(listener, name);
      return () => {
        if (listeners.delete(listener)) pubSub.unsubscribe(id);
      };
    },
    channelCount: () => new Set(listeners.values()).size,
    ready: () => subscriber.status === 'ready',
    async close() {
      if (subscriber.status === 'ready') await subscriber.quit();
      else subscriber.disconnect();
    },
  };
}

/** Stands in where there is no Redis: the log is only looked at from time to time. */
export const noSignals: Signals = {
  subscribe: async () => () => undefined,
  channelCount: () => 0,
  ready: () => true,
  close: async () => undefined,
};
