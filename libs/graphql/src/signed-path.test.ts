import { expect, test } from '@jest/globals';
import { hasValidSignature, signDownloadPath } from './signed-path.ts';

const secret = 'a secret of at least thirty-two characters';
const expiresAt = new Date('2026-01-02T03:15:00Z');
const before = new Date('2026-01-02T03:14:59.999Z');
const signed = signDownloadPath('/downloads/files/u1', { secret, expiresAt });

test('a signed path is good until the moment it expires', () => {
  expect(hasValidSignature(signed, secret, before)).toBe(true);
  expect(() => hasValidSignature(signed, secret, expiresAt)).toThrow('This download link has expired.');
});

test('a path that has a query already is signed with it', () => {
  const path = signDownloadPath('/downloads/files/u1?as=csv', { secret, expiresAt });
  expect(hasValidSignature(path, secret, before)).toBe(true);
  expect(() => hasValidSignature(path.replace('as=csv', 'as=exe'), secret, before)).toThrow('was changed');
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
])('%s is refused', (_case, url) => {
  const refused = expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringContaining('get a new one') });
  expect(() => hasValidSignature(url, secret, before)).toThrow(refused);
});

test('a path without a signature is not signed, and not an error either', () => {
  expect(hasValidSignature('/downloads/files/u1', secret, before)).toBe(false);
  expect(hasValidSignature('/downloads/files/u1?as=csv', secret, before)).toBe(false);
});
