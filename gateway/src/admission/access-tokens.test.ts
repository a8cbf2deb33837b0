import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fixedClock } from '@tributary/testing';
import { openKeys } from '../../fixtures/open-keys.ts';
import { bearerToken, createAccessTokens } from './access-tokens.ts';

let keys: Awaited<ReturnType<typeof openKeys>>;
beforeAll(async () => {
  keys = await openKeys();
});
afterAll(() => keys.close());

test('a token is good from nbf until exp, to the second and by the clock of the gateway', async () => {
  const clock = fixedClock('2026-01-02T03:04:00Z');
  const tokens = createAccessTokens({ jwksUrl: keys.jwksUrl, issuer: 'tributary', clock });
  const iat = clock.now().getTime() / 1000;
  const token = keys.accessToken({ iat }, { notBefore: 10, expiresIn: 20 });
  const early = { code: 'UNAUTHENTICATED', message: 'The access token has a wrong "nbf"' };
  await expect(tokens.verify(token)).rejects.toMatchObject(early);
  clock.advance(9_999);
  await expect(tokens.verify(token)).rejects.toMatchObject(early);
  clock.advance(1);
  expect(await tokens.verify(token)).toMatchObject({ sub: 'u1' });
  clock.advance(9_999);
  expect(await tokens.verify(token)).toMatchObject({ sub: 'u1' });
  clock.advance(1);
  await expect(tokens.verify(token)).rejects.toMatchObject({ message: 'The access token has expired' });
});

test.each([
  [undefined, null],
  ['', null],
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
])('%s gives %s', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});

test.each(['Basic abc', 'Bearer', 'abc', 'Bearer a b'])('%s is UNAUTHENTICATED', (header) => {
  expect(() => bearerToken(header)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
});
