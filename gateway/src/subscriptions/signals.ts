import { type Log, unauthenticated } from '@tributary/core';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import type { Viewer } from '../admission/caller.ts';
import { toGraphQLError } from '../errors.ts';
import type { EventLog } from '../graph/event-logs.ts';

/** Hears of news, and where that was said the time in milliseconds at which it was, and the `traceparent` of what has them. */
export type OnSignal = (saidAt?: number, traceparent?: string) => void;

/** Says that a channel has news; what the news is stands in the log. */
export interface SignalSubscriber {
  /** Resolves once signals of the channel arrive for certain; also signals after a lost connection came back. */
  subscribe(channel: string, onSignal: OnSignal): Promise<() => void>;
  /** Channels subscribed to by at least one listener. */
  channelCount(): number;
  ready(): boolean;
  close(): Promise<void>;
}

/** Connects to Redis, retrying for as long as it takes; listeners of one channel share one Redis subscription. */
export function connectSignalSubscriber(options: { url: string; prefix: string; log: Log }): SignalSubscriber {
  const { log } = options;
  const connectionName = `${options.prefix}signals`;
  const redis = new Redis(options.url, { connectionName, maxRetriesPerRequest: null, lazyConnect: true });
  const subscriber = swallowPubSubErrors(redis, log);
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

/**
 * The channel of a log's signals: the arguments' values stand for their names in it, and the subscriber's id for {viewer}.
 * UNAUTHENTICATED where that is nobody's.
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
 * A subscriber's line to the signals of one channel at a time. It moves to another one without missing any: the old channel
 * is left only once signals of the new one arrive for certain.
 */
export function createChannelSubscription(signals: Pick<SignalSubscriber, 'subscribe'>, onSignal: OnSignal) {
  let channel: string | null = null;
  let unsubscribe = () => {};
  let hasEnded = false;
  return {
    /** Resolves once signals of the channel arrive. */
    async moveTo(next: string): Promise<void> {
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

/** Stands in where there is no Redis: the log is only looked at from time to time. */
export const nullSignals: SignalSubscriber = {
  subscribe: async () => () => undefined,
  channelCount: () => 0,
  ready: () => true,
  close: async () => undefined,
};

/**
 * The same connection for graphql-redis-subscriptions, which leaves promises of its own to reject unheard, and that ends
 * the process: through this one, subscribing and unsubscribing only log that they failed. The log is still read from time to time.
 */
export function swallowPubSubErrors(redis: Redis, log: Log): Redis {
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
