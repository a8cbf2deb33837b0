import { expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import { swallowPubSubErrors } from './signals.ts';

test('subscribing and unsubscribing on a closed connection rejects nowhere', async () => {
  const rejections: unknown[] = [];
  const note = (error: unknown) => void rejections.push(error);
  process.on('unhandledRejection', note);
  const redis = new Redis({ lazyConnect: true });
  redis.disconnect();
  const subscriber = swallowPubSubErrors(redis, createLog('test', 'silent'));
  const pubSub = new RedisPubSub({ subscriber, publisher: subscriber });
  pubSub.unsubscribe(await pubSub.subscribe('channel', () => undefined));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
});
