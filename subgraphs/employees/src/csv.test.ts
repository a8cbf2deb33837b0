import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvLine, splitRecord, toDialect } from './csv.ts';

describe('csvLine', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1'])('defuses the formula %j', (cell) => {
    expect(splitRecord(csvLine([cell, 'x']).trimEnd(), ',')[0]).toBe(`'${cell}`);
  });

  test('defuses a formula inside quotes too', () => {
    expect(csvLine(['=HYPERLINK("http://x","y")'])).toBe(`"'=HYPERLINK(""http://x"",""y"")"\r\n`);
  });

  test('leaves ordinary cells as they are, quoted only where they must be', () => {
    expect(csvLine(['1', 'a-b', 'Sales, EMEA', '', '2021-01-01T00:00:00Z'])).toBe(
      '1,a-b,"Sales, EMEA",,2021-01-01T00:00:00Z\r\n',
    );
  });

  test('never lets a cell begin with a character that starts a formula', () => {
    fc.assert(
      fc.property(fc.string(), (cell) => {
        expect(csvLine([cell])).not.toMatch(/^"?[=+\-@\t]/);
      }),
    );
  });
});

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

describe('dialectOf', () => {
  test('takes the columns of the file’s own header', () => {
    const dialect = { encoding: 'utf8', delimiter: ';', header: 'ID; "Job title"', totalRows: 3 };
    expect(toDialect({ kind: 'JOBS', dialect })).toEqual({ delimiter: ';', columns: ['ID', 'Job title'] });
  });

  test('reads JSON that comes as text, as from MariaDB, like JSON that comes as a value, as from MySQL', () => {
    const dialect = { delimiter: '|', header: null };
    const expected = { delimiter: '|', columns: ['id', 'department'] };
    expect(toDialect({ kind: 'DEPARTMENTS', dialect })).toEqual(expected);
    expect(toDialect({ kind: 'DEPARTMENTS', dialect: JSON.stringify(dialect) })).toEqual(expected);
  });

  test('takes commas and the columns of the kind for a load whose first pass never ended', () => {
    const columns = ['id', 'name', 'datetime', 'department_id', 'job_id'];
    expect(toDialect({ kind: 'HIRED_EMPLOYEES', dialect: null })).toEqual({ delimiter: ',', columns });
  });
});
