import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import jsonwebtoken from 'jsonwebtoken';
import { createInternalTokenCheck } from './internal-token.ts';

const gateway = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = gateway.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const check = createInternalTokenCheck({ subgraph: 'users', publicKey });

const ada = { sub: 'u1', email: 'ada@example.com', name: 'Ada', permissions: ['QUERY'] };
const forUsers = { issuer: 'tributary-gateway', audience: 'subgraph:users', expiresIn: 60 };

function bearer(claims: object, options: jsonwebtoken.SignOptions = forUsers, key: KeyObject = gateway.privateKey) {
  return `Bearer ${jsonwebtoken.sign(claims, key, { algorithm: 'ES256', ...options })}`;
}

describe('the check of internal tokens', () => {
  test('gives the viewer of a token with a subject', () => {
    const viewer = check(bearer(ada));
    expect(viewer).toEqual({ id: 'u1', email: 'ada@example.com', name: 'Ada', permissions: ['QUERY'] });
  });

  test('takes a token it knows until it expires, and not after', () => {
    let now = Date.now();
    const clock = { now: () => new Date(now), sleep: async () => {} };
    const own = createInternalTokenCheck({ subgraph: 'users', publicKey, clock });
    const [short, anonymous] = [bearer(ada, { ...forUsers, expiresIn: 1 }), bearer({}, { ...forUsers, expiresIn: 1 })];
    expect([own(short)?.id, own(anonymous)]).toEqual(['u1', null]);
    expect([own(short)?.id, own(anonymous)]).toEqual(['u1', null]);
    now += 180_000;
    for (const token of [short, anonymous]) expect(() => own(token)).toThrow('has expired');
  });

  test('gives null for the token of an anonymous request', () => {
    expect(check(bearer({}))).toBeNull();
  });

  test.each([
    [-120, -85],
    [-70, -35],
    [-20, 0],
    [0, 0],
    [70, 70],
    [120, 120],
  ])('accepts a token of a gateway whose clock differs by %i seconds, and measures at least %i', (offset, measured) => {
    const now = Date.now();
    const skews: number[] = [];
    const clock = { now: () => new Date(now - offset * 1000), sleep: async () => {} };
    const own = createInternalTokenCheck({ subgraph: 'users', publicKey, clock, onSkew: (s) => skews.push(s) });
    expect(own(bearer({ ...ada, iat: Math.floor(now / 1000) }))?.id).toBe('u1');
    expect(skews).toEqual([measured]);
  });

  const unsigned = jsonwebtoken.sign(ada, null, { ...forUsers, algorithm: 'none' });
  const shared = jsonwebtoken.sign(ada, publicKey, { ...forUsers, algorithm: 'HS256' });
  const accessToken = { issuer: 'tributary', audience: 'tributary', expiresIn: 900 };

  test.each([
    ['no token', undefined],
    ['an empty header', ''],
    ['another scheme', bearer(ada).replace('Bearer', 'Basic')],
    ['a token signed with another key', bearer(ada, forUsers, stranger.privateKey)],
    ['a token with alg none', `Bearer ${unsigned}`],
    ['a token signed with HS256 and the public key as its secret', `Bearer ${shared}`],
    ['a token for another subgraph', bearer(ada, { ...forUsers, audience: 'subgraph:uploads' })],
    ['an access token', bearer(ada, accessToken)],
    [
      'an access token signed with the gateway’s key by another issuer',
      bearer(ada, { ...forUsers, issuer: 'tributary' }),
    ],
    ['an expired token', bearer(ada, { ...forUsers, expiresIn: -150 })],
    ['a token that never expires', bearer(ada, { issuer: forUsers.issuer, audience: forUsers.audience })],
    ['a token with a subject but no permissions', bearer({ sub: 'u1', email: 'ada@example.com', name: 'Ada' })],
  ])('refuses %s', (_case, authorization) => {
    expect(() => check(authorization)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });
});

describe('the public key of internal tokens', () => {
  const otherCurve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;

  test.each([
    ['a private key', gateway.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /is a private one/],
    ['no key at all', 'secret', /cannot be read/],
    ['a key of another curve', otherCurve.export({ type: 'spki', format: 'pem' }).toString(), /must be a P-256 key/],
  ])('is refused at start when it is %s', (_case, pem, message) => {
    expect(() => createInternalTokenCheck({ subgraph: 'users', publicKey: pem })).toThrow(message);
  });
});
