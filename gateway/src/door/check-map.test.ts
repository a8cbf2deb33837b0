import { expect, test } from '@jest/globals';
import { checkMap } from './check-map.ts';

const check = (map: Record<string, string[]>, maxFiles = 2) => checkMap(new Map(Object.entries(map)), maxFiles);

test('each file with one variable of its own is fine', () => {
  expect(() => check({ 0: ['variables.a'], 1: ['variables.b'] })).not.toThrow();
});

test.each<[string, Record<string, string[]>, RegExp]>([
  ['two files for one variable', { 0: ['v.a'], 1: ['v.a'] }, /two files for v.a: "0" and "1"/],
  ['one file for two variables', { 0: ['v.a', 'v.b'] }, /more than one variable for the file "0": v.a, v.b/],
  ['a file for none', { 0: [] }, /no variable for the file "0"/],
  ['too many files', { 0: ['v.a'], 1: ['v.b'], 2: ['v.c'] }, /names 3 files; at most 2/],
])('%s is BAD_USER_INPUT', (_name, map, says) => {
  expect(() => check(map)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  expect(() => check(map)).toThrow(says);
});
