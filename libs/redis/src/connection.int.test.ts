import { expect, test } from '@jest/globals';
import { startTcpProxy, testRedis, waitFor } from '@tributary/testing';
import { connectRedis } from './connection.ts';

test('a restart of Redis is waited out, a longer absence fails within two seconds, and it is found when it is back', async () => {
  const corner = testRedis();
  const proxy = await startTcpProxy(corner.url, 6379);
  const redis = connectRedis(proxy.proxyUrl(corner.url));
  const key = `${corner.prefix}key`;
  await redis.set(key, '1');
  await proxy.stop();
  const waiting = redis.get(key);
  await proxy.resume();
  expect(await waiting).toBe('1');

  await proxy.stop();
  const since = performance.now();
  await expect(redis.get(key)).rejects.toThrow();
  expect(performance.now() - since).toBeLessThan(2_000);
  await proxy.resume();
  await waitFor(async () => (await redis.get(key)) === '1', { timeoutMs: 2_000, what: 'Redis' });

  proxy.freeze();
  const frozen = performance.now();
  await expect(redis.get(key)).rejects.toThrow();
  expect(performance.now() - frozen).toBeLessThan(2_000);
  redis.disconnect();
  await proxy.close();
  await corner.cleanUp();
});
