import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { openUsers, type Users } from '../fixtures/open-users.ts';

const jwks = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: z.string(),
      y: z.string(),
      kid: z.string(),
      alg: z.literal('ES256'),
      use: z.literal('sig'),
    }),
  ),
});
let users: Users;

beforeAll(async () => {
  users = await openUsers();
});

afterAll(() => users.close());

test('the published keys, open to all and without private parts, are enough to check an access token', async () => {
  const response = await fetch(new URL('/.well-known/jwks.json', users.url));
  const published = jwks.parse(await response.json());
  const { accessToken, user } = await users.signUp();
  const { payload, protectedHeader } = await jwtVerify(accessToken, createLocalJWKSet(published), {
    ...{ algorithms: ['ES256'], issuer: 'tributary', audience: 'tributary' },
    currentDate: users.clock.now(),
  });
  expect(protectedHeader.kid).toBe(published.keys[0]?.kid);
  expect(payload).toMatchObject({ sub: user.id, email: user.email, name: user.name, permissions: user.permissions });
});
