import type { Log } from '@tributary/core';
import { connectRedis } from '@tributary/redis';
import { traceHeaders } from '@tributary/tracing';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';

/** Signals the gateways that a log has new events; they read these from the log. */
export interface Signals {
  /** Signals `upload:<uploadId>` and `uploads-of:<ownerId>`. Never fails and never waits: gateways read again every few seconds, so a lost signal only costs time. */
  signal(upload: { readonly uploadId: string; readonly ownerId: string }): void;
  /** Fails while Redis is unavailable. */
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

/** Connects in the background, and again for ever; `prefix` stands before every channel's name. */
export function connectSignals({ url, prefix, log }: { url: string; prefix: string; log: Log }): Signals {
  const publisher = connectRedis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
  });
  const pubSub = new RedisPubSub({ publisher, subscriber: new Redis(url, { lazyConnect: true }) });
  return {
    signal({ uploadId, ownerId }) {
      const { traceparent } = traceHeaders();
      const said = traceparent === undefined ? Date.now() : `${Date.now()} ${traceparent}`;
      for (const channel of [`upload:${uploadId}`, `uploads-of:${ownerId}`]) {
        pubSub.publish(prefix + channel, said).catch((error: unknown) => {
          log.debug({ err: error, channel }, 'signal not published');
        });
      }
    },
    ping: () => publisher.ping(),
    async close() {
      publisher.disconnect();
    },
  };
}
