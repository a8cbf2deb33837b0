import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { displayFilename } from './display-filename.ts';

test.each([
  ['jobs.csv', 'jobs.csv'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\files\\jobs.csv', 'jobs.csv'],
  ['a\u0000b\r\nc\u202e.csv', 'abc.csv'],
  ['größe 🙂.csv', 'größe 🙂.csv'],
  ['', 'unnamed'],
  [' / ', 'unnamed'],
])('%j is shown as %j', (given, shown) => {
  expect(displayFilename(given)).toBe(shown);
});

test('a long name is cut in the middle, its ending kept', () => {
  const shown = displayFilename(`${'x'.repeat(500)}.csv`);
  expect([shown.length, shown.endsWith('….csv')]).toEqual([200, true]);
});

test('no name breaks a line, is empty or outgrows its column', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (given) => {
      const shown = displayFilename(given);
      expect([...shown].length).toBeGreaterThan(0);
      expect([...shown].length).toBeLessThanOrEqual(200);
      expect(shown).not.toMatch(/[\p{Cc}/\\]/u);
    }),
  );
});
