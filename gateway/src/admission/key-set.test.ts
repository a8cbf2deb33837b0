import { expect, test } from '@jest/globals';
import { fixedClock } from '@tributary/testing';
import { exportJWK, generateKeyPair } from 'jose';
import { createKeySet } from './key-set.ts';

const { publicKey } = await generateKeyPair('ES256');
const jwk = await exportJWK(publicKey);
const token = { payload: '', signature: '' };

/** Keys published under these ids, which a test may change; `isAway` makes them unavailable. */
function aKeySet(...kids: string[]) {
  const clock = fixedClock();
  const published = { kids, requests: 0, isAway: false };
  const keys = createKeySet({
    clock,
    async load() {
      published.requests++;
      if (published.isAway) throw new Error('away');
      return { keys: published.kids.map((kid) => ({ ...jwk, kid, alg: 'ES256' })) };
    },
  });
  const find = (kid?: string) => keys.find({ alg: 'ES256', ...(kid ? { kid } : {}) }, token);
  return { clock, published, keys, find };
}
const unknown = { code: 'ERR_JWKS_NO_MATCHING_KEY' };

test('keys are asked for once, however many tokens come at the time and later', async () => {
  const { find, published, clock } = aKeySet('one');
  await Promise.all(Array.from({ length: 50 }, () => find('one')));
  clock.advance(599_999);
  await find('one');
  expect(published.requests).toBe(1);
});

test('a new key is asked for when a token names it, once', async () => {
  const { find, published, clock } = aKeySet('one');
  await find('one');
  clock.advance(2_000);
  published.kids = ['one', 'two'];
  await Promise.all(Array.from({ length: 50 }, () => find('two')));
  await find('one');
  expect(published.requests).toBe(2);
});

test('tokens that name unknown keys cost a request every two seconds at most', async () => {
  const { find, published, clock } = aKeySet('one');
  for (let second = 0; second < 10; second++) {
    for (let each = 0; each < 20; each++) await expect(find(`none ${each}`)).rejects.toMatchObject(unknown);
    clock.advance(1_000);
  }
  expect(published.requests).toBe(5);
});

test('so do they while the keys cannot be had, and the known ones stay good, also past their age', async () => {
  const { find, published, clock } = aKeySet('one');
  await find('one');
  clock.advance(3_600_000);
  published.isAway = true;
  for (let each = 0; each < 20; each++) {
    await expect(find('two')).rejects.toThrow('away');
    await find('one');
  }
  expect(published.requests).toBe(2);
  published.isAway = false;
  published.kids = ['two'];
  clock.advance(2_000);
  await find('two');
});

test('a key that is no longer published is no longer good once the keys are ten minutes old', async () => {
  const { find, published, clock } = aKeySet('one', 'two');
  await find('one');
  published.kids = ['two'];
  clock.advance(600_000);
  await find('two');
  await new Promise((resolve) => setImmediate(resolve));
  await expect(find('one')).rejects.toMatchObject(unknown);
  expect(published.requests).toBe(2);
});

test('keys that could never be had are not known, and asked for again after two seconds', async () => {
  const { find, keys, published, clock } = aKeySet('one');
  published.isAway = true;
  expect(await keys.isKnown()).toBe(false);
  await expect(find('one')).rejects.toThrow('away');
  expect(published.requests).toBe(1);
  published.isAway = false;
  clock.advance(2_000);
  expect(await keys.isKnown()).toBe(true);
});

test('a token that names no key is refused without asking for any', async () => {
  const { find, published } = aKeySet('one');
  await expect(find()).rejects.toMatchObject({ code: 'ERR_JWS_INVALID' });
  expect(published.requests).toBe(0);
});
