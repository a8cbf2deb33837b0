import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitRecord } from './split-record.ts';

describe('splitRecord', () => {
  test.each([
    ['1,Sales', ',', ['1', 'Sales']],
    ['1, "Sales, EMEA"', ',', ['1', 'Sales, EMEA']],
    ['1;"a ""b"" c";', ';', ['1', 'a "b" c', '']],
    ['1\t"two\nlines"', '\t', ['1', 'two\nlines']],
    ['1,', ',', ['1', '']],
    ['', ',', ['']],
  ])('splits %j at %j into %j', (raw, delimiter, fields) => {
    expect(splitRecord(raw, delimiter)).toEqual(fields);
  });

  test('takes a quote that is not where it should be as text', () => {
    expect(splitRecord('1,5" nail,"open', ',')).toEqual(['1', '5" nail', '"open']);
    expect(splitRecord('"a"b,c', ',')).toEqual(['"a"b', 'c']);
  });

  test('gives back every field that was written with quotes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1 }),
        fc.constantFrom(',', ';', '\t', '|'),
        (fields, delimiter) => {
          const raw = fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(delimiter);
          expect(splitRecord(raw, delimiter)).toEqual(fields);
        },
      ),
    );
  });
});
