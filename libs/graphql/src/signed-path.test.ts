import { expect, test } from '@jest/globals';
import { isSignedPath, signDownloadPath } from './signed-path.ts';

const secret = 'a secret of at least thirty-two characters';
const expiresAt = new Date('2026-01-02T03:15:00Z');
const before = new Date('2026-01-02T03:14:59.999Z');
const signed = signDownloadPath('/downloads/files/u1', { secret, expiresAt });

test('a signed path is good until the moment it expires', () => {
  expect(isSignedPath(signed, secret, before)).toBe(true);
  expect(isSignedPath(signed, secret, expiresAt)).toBe(false);
});

test('a path that has a query already is signed with it', () => {
  const path = signDownloadPath('/downloads/files/u1?as=csv', { secret, expiresAt });
  expect(isSignedPath(path, secret, before)).toBe(true);
  expect(isSignedPath(path.replace('as=csv', 'as=exe'), secret, before)).toBe(false);
});

test.each([
  ['another path', signed.replace('u1', 'u2')],
  ['a path above it', signed.replace('/u1', '')],
  ['a later expiry', signed.replace(/expires=\d+/, 'expires=9999999999')],
  [
    'another signature',
    signed.replace(/signature=./, (start) => (start.endsWith('A') ? 'signature=B' : 'signature=A')),
  ],
  ['a shortened signature', signed.slice(0, -1)],
  ['no signature', signed.replace(/&signature.*/, '')],
  ['something behind the signature', `${signed}&as=exe`],
  ['another order of its query', signed.replace(/\?(expires=\d+)&(signature=.*)/, '?$2&$1')],
  [
    'a signature by another secret',
    signDownloadPath('/downloads/files/u1', { secret: secret.toUpperCase(), expiresAt }),
  ],
  ['nothing signed at all', '/downloads/files/u1'],
])('%s is refused', (_case, url) => {
  expect(isSignedPath(url, secret, before)).toBe(false);
});
