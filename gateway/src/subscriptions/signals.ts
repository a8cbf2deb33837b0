import { type Log, unauthenticated } from '@tributary/core';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import type { Viewer } from '../admission/caller.ts';
import { toGraphQLError } from '../errors.ts';
import type { EventLog } from '../graph/event-logs.ts';

/**
 * Called on each signal, with the time it was published (ms) and the publisher's `traceparent`, when the payload
 * carries them.
 */
export type OnSignal = (saidAt?: number, traceparent?: string) => void;

/** Reports that a channel has new events; the events are in the log. */
export interface SignalSubscriber {
  /** Resolves once the subscription of the channel is confirmed; also signals after a reconnect. */
  subscribe(channel: string, onSignal: OnSignal): Promise<() => void>;
  /** Channels with at least one listener. */
  channelCount(): number;
  ready(): boolean;
  close(): Promise<void>;
}

/** Connects to Redis and retries for as long as it takes; listeners of one channel share one Redis subscription. */
export function connectSignalSubscriber(options: { url: string; prefix: string; log: Log }): SignalSubscriber {
  const { log } = options;
  const connectionName = `${options.prefix}signals`;
  const redis = new Redis(options.url, { connectionName, maxRetriesPerRequest: null, lazyConnect: true });
  const subscriber = swallowPubSubErrors(redis, log);
  const pubSub = new RedisPubSub({ subscriber, publisher: subscriber });
  const listeners = new Map<(said?: unknown) => void, string>();
  let isUnavailable = false;
  redis.on('error', (error) => {
    if (!isUnavailable) log.warn({ err: error }, 'redis unavailable, retrying');
    isUnavailable = true;
  });
  redis.on('ready', () => {
    if (isUnavailable) log.info('redis connected');
    isUnavailable = false;
    // Redis answers commands in order: after the pong every channel is subscribed again, so a read misses nothing.
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

/**
 * The channel of a log's signals: arguments replace their names in it, and the subscriber's id replaces {viewer}.
 * UNAUTHENTICATED if that is anonymous.
 */
export function toChannel(
  { channel }: EventLog,
  { given, viewer }: { given: Record<string, unknown>; viewer: Viewer | null },
): string {
  return channel.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name !== 'viewer') return String(given[name]);
    if (!viewer) throw toGraphQLError(unauthenticated('This subscription needs an access token'));
    return viewer.sub;
  });
}

/**
 * A subscriber's subscription of one channel at a time. It switches to another channel without missing a signal: the
 * old one is unsubscribed only once the new one is confirmed.
 */
export function createChannelSubscription(signals: Pick<SignalSubscriber, 'subscribe'>, onSignal: OnSignal) {
  let channel: string | null = null;
  let unsubscribe = () => {};
  let hasEnded = false;
  return {
    /** Resolves once the subscription of the channel is confirmed. */
    async switchTo(next: string): Promise<void> {
      if (next === channel || hasEnded) return;
      const left = unsubscribe;
      const leaveNext = await signals.subscribe(next, onSignal);
      left();
      channel = next;
      unsubscribe = leaveNext;
      if (hasEnded) leaveNext();
    },
    end() {
      hasEnded = true;
      unsubscribe();
    },
  };
}

/** Used without Redis: the log is only polled. */
export const nullSignals: SignalSubscriber = {
  subscribe: async () => () => undefined,
  channelCount: () => 0,
  ready: () => true,
  close: async () => undefined,
};

/**
 * Wraps the connection for graphql-redis-subscriptions, whose own promises reject unhandled, which would end the
 * process: here a failed subscribe or unsubscribe is only logged. The log is still polled.
 */
export function swallowPubSubErrors(redis: Redis, log: Log): Redis {
  const note = (error: unknown) => log.warn({ err: error }, 'redis subscription refused');
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
