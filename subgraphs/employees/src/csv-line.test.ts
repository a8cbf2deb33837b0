import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvLine } from './csv-line.ts';
import { splitRecord } from './split-record.ts';

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
