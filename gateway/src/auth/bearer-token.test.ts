import { expect, test } from '@jest/globals';
import { bearerToken } from './bearer-token.ts';

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
