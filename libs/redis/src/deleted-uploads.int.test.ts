import { afterAll, expect, test } from '@jest/globals';
import { testRedis } from '@tributary/testing';
import { connectRedis } from './connection.ts';
import { createDeletedUploads } from './deleted-uploads.ts';

const corner = testRedis();
const redis = connectRedis(corner.url);

afterAll(async () => {
  redis.disconnect();
  await corner.cleanUp();
});

test('an upload marked as deleted is known to every process of the instance for longer than links work', async () => {
  const deletedUploads = createDeletedUploads({ redis, prefix: corner.prefix });
  await deletedUploads.mark('u1');
  const elsewhere = createDeletedUploads({ redis, prefix: corner.prefix });
  expect(await Promise.all([elsewhere.has('u1'), elsewhere.has('u2')])).toEqual([true, false]);
  expect(await redis.pttl(`${corner.prefix}deleted:u1`)).toBeGreaterThan(15 * 60_000);
});

test('while Redis is unavailable, nobody is let through', async () => {
  const unavailable = connectRedis('redis://127.0.0.1:1');
  await expect(createDeletedUploads({ redis: unavailable, prefix: 'x:' }).has('u1')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  unavailable.disconnect();
});
