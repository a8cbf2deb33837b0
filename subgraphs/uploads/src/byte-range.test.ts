import { expect, test } from '@jest/globals';
import { byteRange } from './byte-range.ts';

test.each([
  [undefined, null],
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=3-', { start: 3, end: 9 }],
  ['bytes=3-100', { start: 3, end: 9 }],
  ['bytes=-4', { start: 6, end: 9 }],
  ['bytes=-100', { start: 0, end: 9 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=5-3', null],
  ['bytes=-', null],
  ['bytes=0-1,3-4', null],
  ['rows=0-1', null],
] as const)('of ten bytes, "%s" asks for %j', (header, range) => {
  expect(byteRange(header, 10)).toEqual(range);
});

test('an empty file has no byte to ask for', () => {
  expect(byteRange('bytes=0-', 0)).toBe('unsatisfiable');
});
