import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { createUuidV7, toDisplayFilename } from './intake.ts';

test.each([
  ['jobs.csv', 'jobs.csv'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\files\\jobs.csv', 'jobs.csv'],
  ['a\u0000b\r\nc\u202e.csv', 'abc.csv'],
  ['größe 🙂.csv', 'größe 🙂.csv'],
  ['', 'unnamed'],
  [' / ', 'unnamed'],
])('%j is shown as %j', (given, shown) => {
  expect(toDisplayFilename(given)).toBe(shown);
});

test('a long name is cut in the middle, its ending kept', () => {
  const shown = toDisplayFilename(`${'x'.repeat(500)}.csv`);
  expect([shown.length, shown.endsWith('….csv')]).toEqual([200, true]);
});

test('no name breaks a line, is empty or outgrows its column', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (given) => {
      const shown = toDisplayFilename(given);
      expect([...shown].length).toBeGreaterThan(0);
      expect([...shown].length).toBeLessThanOrEqual(200);
      expect(shown).not.toMatch(/[\p{Cc}/\\]/u);
    }),
  );
});

test('is a UUID of version 7 that sorts by its time and never repeats', () => {
  const ids = Array.from({ length: 1000 }, (_, ms) => createUuidV7(new Date(1_790_000_000_000 + ms)));
  for (const id of ids) expect(z.uuidv7().safeParse(id).success).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  const now = new Date();
  expect(new Set(Array.from({ length: 1000 }, () => createUuidV7(now))).size).toBe(1000);
});
