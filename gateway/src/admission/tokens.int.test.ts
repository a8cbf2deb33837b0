import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import jsonwebtoken from 'jsonwebtoken';
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

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A good token but for its header: what that says is signed, by whatever signs it. */
function withHeader(header: object, signature = (_signed: string) => '') {
  const [, payload] = fixture.accessToken().split('.');
  const signed = `${encode(header)}.${payload}`;
  return `${signed}.${signature(signed)}`;
}

const signed = (options: jsonwebtoken.SignOptions) =>
  jsonwebtoken.sign({ sub: 'u1', email: '', name: '', permissions: [] }, fixture.accessKey, {
    ...{ algorithm: 'ES256', issuer: 'tributary', audience: 'tributary' },
    ...options,
  });

const signedWithPublicKey = () =>
  withHeader({ alg: 'HS256', kid: 'one' }, (signed) =>
    createHmac('sha256', fixture.accessPublicPem).update(signed).digest('base64url'),
  );

const internal = () => fixture.accessToken({}, { issuer: 'tributary-gateway' }, fixture.internal.privateKey);

test.each<[string, () => string, string]>([
  ['that has expired', () => fixture.accessToken({ iat: 1 }, { expiresIn: 1 }), 'has expired'],
  ['of another key', () => fixture.accessToken({}, {}, fixture.internal.privateKey), 'wrong signature'],
  ['of an unknown key', () => fixture.accessToken({}, { keyid: 'two' }), 'unknown key'],
  ['with alg none', () => withHeader({ alg: 'none', kid: 'one' }), 'algorithm that is not allowed'],
  ['with HS256 and the public key as its secret', signedWithPublicKey, 'algorithm that is not allowed'],
  ['that names no key', () => signed({ expiresIn: 900 }), 'is malformed'],
  ['that is not good yet', () => fixture.accessToken({}, { notBefore: 60 }), 'wrong "nbf"'],
  ['that never expires', () => signed({ keyid: 'one' }), 'lacks a claim'],
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

test('a token that was taken before is refused as soon as it is revoked', async () => {
  const token = fixture.accessToken({ sub: 'u3', iat: Date.now() / 1000 - 1 });
  expect(await fixture.ask('{ who }', { token })).toMatchObject({ data: { who: 'u3' } });
  await fixture.redis.set(`${fixture.prefix}revokedBefore:u3`, Date.now(), 'PX', 5000);
  expect(await fixture.ask('{ who }', { token })).toMatchObject({ status: 401 });
});

describe('the keys', () => {
  test('of a new kid are asked for once, and unknown ones are no way to have them asked for again and again', async () => {
    const own = await startFixture();
    await own.untilReady();
    expect(own.published.requests).toBe(1);
    const key = await own.addKey('two');
    const rotated = () => own.ask('{ who }', { token: own.accessToken({}, { keyid: 'two' }, key) });
    await waitFor(async () => (await rotated()).status === 200, { timeoutMs: 5_000, what: 'the new key' });
    expect(own.published.requests).toBe(2);
    const since = performance.now();
    for (let index = 0; index < 40; index++) {
      const token = own.accessToken({}, { keyid: `none ${index}` });
      expect(await own.ask('{ who }', { token })).toMatchObject({ status: 401 });
    }
    const seconds = (performance.now() - since) / 1_000;
    expect(own.published.requests).toBeLessThanOrEqual(3 + seconds / 2);
    await own.stop();
  });

  test('that are known stay good while they cannot be asked for', async () => {
    const own = await startFixture();
    await own.untilReady();
    await own.ask('{ who }', { token: own.accessToken() });
    own.published.isAway = true;
    expect(await own.ask('{ who }', { token: own.accessToken() })).toEqual({ status: 200, data: { who: 'u1' } });
    const unknown = () => own.ask('{ who }', { token: own.accessToken({}, { keyid: 'two' }) });
    await waitFor(async () => (await unknown()).status === 503, { timeoutMs: 5_000, what: 'UNAVAILABLE' });
    expect(await own.ask('{ who }', { token: own.accessToken() })).toEqual({ status: 200, data: { who: 'u1' } });
    await own.stop();
  });
});
