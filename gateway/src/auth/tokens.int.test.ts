import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.untilReady();
});
afterAll(() => fixture.stop());

test('a valid token reaches the subgraph as an internal one for it alone; none is anonymous', async () => {
  expect(await fixture.ask('{ who }', { token: fixture.accessToken() })).toEqual({ status: 200, data: { who: 'u1' } });
  expect(await fixture.ask('{ who }')).toEqual({ status: 200, data: { who: 'nobody' } });
});

const internal = () => fixture.accessToken({}, { issuer: 'tributary-gateway' }, fixture.internal.privateKey);

test.each<[string, () => string, string]>([
  ['that has expired', () => fixture.accessToken({ iat: 1 }, { expiresIn: 1 }), 'has expired'],
  ['of another key', () => fixture.accessToken({}, {}, fixture.internal.privateKey), 'wrong signature'],
  ['of an unknown key', () => fixture.accessToken({}, { keyid: 'two' }), 'unknown key'],
  ['with alg none', () => 'eyJhbGciOiJub25lIn0.e30.', 'The access token'],
  ['that is an internal one', internal, 'The access token'],
  ['of another issuer', () => fixture.accessToken({}, { issuer: 'else' }), 'wrong "iss"'],
  ['for another audience', () => fixture.accessToken({}, { audience: 'else' }), 'wrong "aud"'],
  ['without permissions', () => fixture.accessToken({ permissions: undefined }), 'lacks a claim'],
  ['that is none', () => 'not.a.token', 'The access token'],
])('a token %s is refused with 401 and says so, for a query and an upload', async (_name, token, says) => {
  const refused = {
    status: 401,
    errors: [{ message: expect.stringContaining(says), extensions: { code: 'UNAUTHENTICATED' } }],
  };
  expect(await fixture.ask('{ who }', { token: token() })).toMatchObject(refused);
  expect(await fixture.put('x', token())).toMatchObject(refused);
});

describe('revocation', () => {
  test('a token issued before is refused, one issued after is not', async () => {
    await fixture.redis.set(`${fixture.prefix}revokedBefore:u2`, Date.now(), 'PX', 5000);
    const before = fixture.accessToken({ sub: 'u2', iat: Date.now() / 1000 - 1 });
    expect(await fixture.ask('{ who }', { token: before })).toMatchObject({
      status: 401,
      errors: [{ message: 'The access token was revoked' }],
    });
    const after = fixture.accessToken({ sub: 'u2', iat: Date.now() / 1000 + 0.001 });
    expect(await fixture.ask('{ who }', { token: after })).toMatchObject({ data: { who: 'u2' } });
  });
});
