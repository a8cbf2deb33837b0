import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDatetime, readPlainDatetime } from './parse-datetime.ts';

test('reads every moment of the years 1 to 9999 as it was written', () => {
  const moment = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moment, (date) => {
      expect(parseDatetime(date.toISOString())).toBe(date.toISOString().slice(0, -1).replace('T', ' '));
    }),
  );
});

test('accepts a day exactly where the calendar has it', () => {
  const [year, month, day] = [
    fc.integer({ min: 1000, max: 9999 }),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
  ];
  fc.assert(
    fc.property(year, month, day, (y, m, d) => {
      const date = new Date(Date.UTC(y, m - 1, d));
      const exists = date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
      const text = `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}T00:00:00Z`;
      expect(parseDatetime(text) !== null).toBe(exists);
    }),
    { numRuns: 500 },
  );
});

test.each([
  '0000-01-01T00:00:00Z',
  '2021-01-01T24:00:00Z',
  '2021-01-01T23:59:60Z',
  '2021-01-01T00:00:00',
  '2021-01-01 00:00:00Z',
  '2021-01-01T00:00:00+02:00',
])('refuses %s', (text) => expect(parseDatetime(text)).toBeNull());

test('from bytes it is the same moment or left to the text, whatever the bytes are', () => {
  const part = (low: number, high: number, digits: number) =>
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: low, max: high }).map((value) => String(value).padStart(digits, '0')) },
      fc.string({ unit: 'binary-ascii', minLength: digits, maxLength: digits }),
    );
  const text = fc
    .tuple(part(0, 9999, 4), part(0, 13, 2), part(0, 32, 2), part(0, 24, 2), part(0, 60, 2), part(0, 60, 2))
    .map(([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  fc.assert(
    fc.property(text, fc.nat(20), fc.nat(9), (whole, at, mark) => {
      const marred = mark > 7 ? `${whole.slice(0, at)}${mark}${whole.slice(at + 1)}` : whole;
      const bytes = Buffer.from(`7,${marred},1`);
      const expected = /^.{20}$/s.test(marred) ? parseDatetime(marred) : null;
      expect(readPlainDatetime(bytes, 2, bytes.length - 2)).toBe(expected?.replace(' ', 'T').slice(0, 19) ?? null);
    }),
    { numRuns: 2000 },
  );
});
