import { afterAll, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { startTcpProxy, testRedis, waitFor } from '@tributary/testing';
import { Redis } from 'ioredis';
import { connectSignals } from './connect-signals.ts';

const log = createLog('test', 'silent');
const redis = testRedis();
const listener = new Redis(redis.url);

afterAll(async () => {
  listener.disconnect();
  await redis.cleanUp();
});

test('a signal reaches who listens to the upload and to its owner, behind the prefix of the instance', async () => {
  const heard: string[] = [];
  listener.on('message', (channel) => heard.push(channel));
  await listener.subscribe(`${redis.prefix}upload:u1`, `${redis.prefix}upload:u2`, `${redis.prefix}uploads-of:ann`);
  const signals = connectSignals({ ...redis, log });
  await waitFor(() => signals.ping(), { what: 'Redis' });
  signals.signal({ uploadId: 'u2', ownerId: 'ann' });
  await waitFor(() => heard.length > 1, { what: 'the signal' });
  expect(heard).toEqual([`${redis.prefix}upload:u2`, `${redis.prefix}uploads-of:ann`]);
  await signals.close();
});

test('without Redis a signal is dropped in silence and a ping says so', async () => {
  const signals = connectSignals({ url: 'redis://127.0.0.1:1', prefix: 'none:', log });
  signals.signal({ uploadId: 'u1', ownerId: 'ann' });
  await expect(signals.ping()).rejects.toThrow();
  await signals.close();
});

test('signals pass again within two seconds after Redis restarted', async () => {
  const proxy = await startTcpProxy(redis.url, 6379);
  const signals = connectSignals({ url: proxy.proxyUrl(redis.url), prefix: redis.prefix, log });
  await waitFor(() => signals.ping(), { what: 'Redis' });
  await listener.subscribe(`${redis.prefix}upload:u3`);
  const heard = new Promise((resolve) => listener.once('message', (channel) => resolve(channel)));
  await proxy.stop();
  await expect(signals.ping()).rejects.toThrow();
  await proxy.resume();
  await waitFor(() => signals.ping(), { timeoutMs: 2_000, what: 'Redis' });
  signals.signal({ uploadId: 'u3', ownerId: 'bob' });
  expect(await heard).toBe(`${redis.prefix}upload:u3`);
  await signals.close();
  await proxy.close();
});
