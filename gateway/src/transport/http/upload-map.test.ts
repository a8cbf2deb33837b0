import { expect, test } from '@jest/globals';
import { parseUploadMap } from './upload-map.ts';

const operations = JSON.parse(
  '{"query":"","variables":{"a":null,"b":null,"full":"x","list":[null],"__proto__":{"f":null}}}',
);
const read = (map: Record<string, string[]>, maxFiles = 2) => parseUploadMap(JSON.stringify(map), operations, maxFiles);

test('each file with one variable of its own is fine', () => {
  expect([...read({ 0: ['variables.a'], 1: ['variables.list.0'] })]).toEqual([
    ['0', 'variables.a'],
    ['1', 'variables.list.0'],
  ]);
});

test.each<[string, Record<string, string[]>, RegExp]>([
  ['two files for one variable', { 0: ['variables.a'], 1: ['variables.a'] }, /two files for variables.a: "0" and "1"/],
  [
    'one file for two variables',
    { 0: ['variables.a', 'variables.b'] },
    /more than one variable for the file "0": variables.a, variables.b/,
  ],
  ['a file for none', { 0: [] }, /no variable for the file "0"/],
  ['too many files', { 0: ['variables.a'], 1: ['variables.b'], 2: ['variables.list.0'] }, /names 3 files; at most 2/],
  ...[
    'hasOwnProperty.call',
    'variables.hasOwnProperty.call',
    'variables.toString',
    'variables.full.at.call',
    'variables.list.length',
    'variables.list.push',
    'variables.constructor.prototype',
    'variables.a.promise',
    'variables.full',
    'variables.missing',
    'variables',
    'query',
    'extensions.x',
    '',
    'variables.',
    'variables..a',
  ].map((path): [string, Record<string, string[]>, RegExp] => [
    `the path "${path}"`,
    { 0: [path] },
    /must be a variable that is null/,
  ]),
])('%s is BAD_USER_INPUT', (_name, map, message) => {
  expect(() => read(map)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  expect(() => read(map)).toThrow(message);
});

test.each(['null', '[]', '{"0":"variables.a"}', '{"0":[1]}', '{'])('%s is no map', (text) => {
  expect(() => parseUploadMap(text, operations, 1)).toThrow(/must be a JSON object/);
});
