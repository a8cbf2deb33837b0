import { expect, test } from '@jest/globals';
import { createTokeniser } from '../csv/tokeniser.ts';
import { createIdSet } from './id-set.ts';
import { validateRow } from './validate-row.ts';

function validate(row: string) {
  const results: ReturnType<typeof validateRow>[] = [];
  const known = { departments: createIdSet(), jobs: createIdSet() };
  const tokeniser = createTokeniser(',', (record) => {
    results.push(validateRow(record, 'JOBS', createIdSet(), known));
  });
  tokeniser.push(Buffer.from(row));
  tokeniser.end();
  return results;
}

test.each(['1,"Lead" Buyer', '1,"a"b"', '"1"x,Buyer'])('rejects %s as a whole: text follows a closing quote', (row) => {
  expect(validate(row)).toEqual([
    { column: null, code: 'BAD_QUOTES', message: expect.stringContaining('must be doubled') },
  ]);
});

test('tells the wrong width before wrong quotes', () => {
  expect(validate('1,"a"b,c')).toMatchObject([{ column: null, code: 'WRONG_WIDTH' }]);
});

test.each([
  ['1,"a ""b"""', 'a "b"'],
  ['1, "a" ', 'a'],
  ['1,a "b"', 'a "b"'],
])('accepts %s, where quotes are in order', (row, name) => {
  expect(validate(row)).toEqual([[1, name]]);
});
