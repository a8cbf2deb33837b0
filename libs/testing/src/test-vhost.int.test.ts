import { expect, test } from '@jest/globals';
import { createTestVhost } from './test-vhost.ts';

test('a test gets a vhost of its own, and it can be dropped twice', async () => {
  const [one, other] = [await createTestVhost(), await createTestVhost()];
  expect(one.url).not.toBe(other.url);
  await Promise.all([one.drop(), other.drop()]);
  await one.drop();
});
