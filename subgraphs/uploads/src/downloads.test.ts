import { expect, test } from '@jest/globals';
import { parseByteRange, toContentDisposition } from './downloads.ts';

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
  expect(parseByteRange(header, 10)).toEqual(range);
});

test('an empty file has no byte to ask for', () => {
  expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable');
});

test.each([
  ['jobs.csv', `attachment; filename="jobs.csv"; filename*=UTF-8''jobs.csv`],
  ['größe.csv', `attachment; filename="gr__e.csv"; filename*=UTF-8''gr%C3%B6%C3%9Fe.csv`],
  [`a"b\\c'(1)*.csv`, `attachment; filename="a_b_c'(1)*.csv"; filename*=UTF-8''a%22b%5Cc%27%281%29%2A.csv`],
])('%j', (filename, header) => {
  expect(toContentDisposition(filename)).toBe(header);
});
