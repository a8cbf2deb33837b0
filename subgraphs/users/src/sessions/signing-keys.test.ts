import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { readSigningKeys } from './signing-keys.ts';

function aKey(namedCurve = 'P-256') {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey, publicPem, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

test('the first of several keys signs, and all are published, each under an id of its own', async () => {
  const [first, second] = [aKey(), aKey()];
  const keys = await readSigningKeys(first.pem + second.pem);
  expect(keys.key.equals(first.privateKey)).toBe(true);
  expect(keys.jwks.keys).toHaveLength(2);
  expect(keys.jwks.keys[0]?.kid).toBe(keys.kid);
  expect(keys.jwks.keys[1]?.kid).not.toBe(keys.kid);
});

test('a key has the same id at every start', async () => {
  const { pem } = aKey();
  expect((await readSigningKeys(pem)).kid).toBe((await readSigningKeys(pem)).kid);
});

test.each([
  ['a public key', aKey().publicPem, /cannot be read as a private key/],
  ['a key of another curve', aKey('P-384').pem, /must hold P-256 keys/],
  ['no key at all', 'secret', /holds no key/],
])('%s is a configuration error', async (_case, pem, message) => {
  await expect(readSigningKeys(pem)).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringMatching(message),
  });
});
