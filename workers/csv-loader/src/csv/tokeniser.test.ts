import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { fieldText, rawText } from './csv-record.ts';
import { createTokeniser, type Delimiter } from './tokeniser.ts';

function tokenise(text: string | Buffer, delimiter: Delimiter = ',', pieceBytes = Number.MAX_SAFE_INTEGER) {
  const found: { line: number; fields: string[]; raw: string }[] = [];
  const tokeniser = createTokeniser(delimiter, (record) => {
    const fields = Array.from({ length: record.width }, (_, index) => fieldText(record, index));
    found.push({ line: record.line, fields, raw: rawText(record) });
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) tokeniser.push(bytes.subarray(at, at + pieceBytes));
  tokeniser.end();
  return found;
}

const fieldsOf = (text: string, delimiter?: Delimiter) => tokenise(text, delimiter).map(({ fields }) => fields);

const delimiter = fc.constantFrom<Delimiter>(',', ';', '\t', '|');
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
describe('createTokeniser', () => {
  test('ends lines with CRLF, LF or a lone CR, skips empty lines and needs no last newline', () => {
    expect(tokenise('a,b\r\n\r\nc,d\n  \ne,f\rg,h').map(({ line, fields }) => [line, ...fields])).toEqual([
      [1, 'a', 'b'],
      [3, 'c', 'd'],
      [5, 'e', 'f'],
      [6, 'g', 'h'],
    ]);
  });

  test('takes spaces after the delimiter before a quote, and doubled quotes', () => {
    expect(fieldsOf('1, "Smith, ""Jo""" , x \n')).toEqual([['1', 'Smith, "Jo"', 'x']]);
  });

  test('takes a quote inside an unquoted field as text', () => {
    expect(fieldsOf('1,5" pipe,x')).toEqual([['1', '5" pipe', 'x']]);
  });

  test('counts physical lines through quoted line ends and keeps the raw text', () => {
    expect(tokenise('1,"a\nb"\r\n2,c\n')).toEqual([
      { line: 1, fields: ['1', 'a\nb'], raw: '1,"a\nb"' },
      { line: 3, fields: ['2', 'c'], raw: '2,c' },
    ]);
  });

  test('names the line where a quote was opened that is never closed', () => {
    expect(() => tokenise('1,a\n2,"b\n3,c\n')).toThrow('The quote opened in line 2 is never closed');
  });

  test('names the lines of a quote that is closed on a later line with text behind it', () => {
    expect(() => tokenise('1,"a\n2,"b"\n')).toThrow('A quote opened in line 1 is closed in line 2 with text behind it');
  });

  test('refuses a record over 1 MiB, naming its line', () => {
    expect(() => tokenise(`1,a\n2,${'x'.repeat(1_100_000)}\n`, ',', 65_536)).toThrow(
      'starts in line 2 is longer than 1 MiB',
    );
  });

  test('reads what csv-parse reads', () => {
    fc.assert(
      fc.property(
        delimiter,
        lineEnd,
        fc.array(fc.array(cells(), { minLength: 1, maxLength: 6 }), { maxLength: 8 }),
        (by, end, rows) => {
          const text = rows
            .map((row) => row.map(({ text: value, quoted }) => (quoted ? quoteCell(value) : plainCell(value))).join(by))
            .join(end);
          const reference: string[][] = parse(text, {
            delimiter: by,
            record_delimiter: end,
            relax_column_count: true,
            relax_quotes: true,
            skip_empty_lines: true,
          });
          const expected = reference.filter((row) => row.length > 1 || row[0] !== '');
          expect(fieldsOf(text, by).filter((row) => row.length > 1 || row[0] !== '')).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('does not care where the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'é', '"', '""', ',', '\n', '\r', '\r\n', ' ', '"x"'), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (parts, size) => {
          const outcome = (pieceBytes?: number) => {
            try {
              return tokenise(parts.join(''), ',', pieceBytes);
            } catch (error) {
              return String(error);
            }
          };
          expect(outcome(size)).toEqual(outcome());
        },
      ),
      { numRuns: 500 },
    );
  });
});

function cells() {
  return fc.record({
    text: fc
      .array(fc.constantFrom('a', 'é', '😀', '7', '"', ',', ';', '|', '\t', '\n', 'b'), { maxLength: 6 })
      .map((parts) => parts.join('')),
    quoted: fc.boolean(),
  });
}

const quoteCell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const plainCell = (text: string) => text.replaceAll(/[",;|\t\n]/g, '_');
