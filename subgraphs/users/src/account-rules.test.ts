import { expect, test } from '@jest/globals';
import { assertName } from './account-rules.ts';

test.each([
  ['a link', 'Win at http://evil.example/x', 'a web address'],
  ['a scheme of another kind', 'ftp://x', 'a web address'],
  ['www.', 'see WWW.evil', 'a web address'],
  ['a domain', 'evil.co', 'a web address'],
  ['a domain in another script', 'пример.рф', 'a web address'],
  ['a domain with an ideographic full stop', 'evil。com', 'a web address'],
  ['an address', 'ann@example.com', 'a web address'],
  ['a line break', 'Ann\nBcc: x', 'line breaks or other control characters'],
  ['a line separator', 'Ann\u2028x', 'line breaks or other control characters'],
  ['a mark that reverses text', 'Ann\u202Etxt', 'invisible characters or direction marks'],
  ['a zero-width space', 'An\u200Bn', 'invisible characters or direction marks'],
  ['a filler that shows nothing', 'Ann\u3164', 'invisible characters or direction marks'],
  ['a lone surrogate', 'Ann\uD83D', 'half of a surrogate pair'],
])('a name with %s is refused, with the reason', (_case, name, reason) => {
  expect(() => assertName(name, ['name'])).toThrow(`The name must not contain ${reason}`);
});

test.each(['J.R.R. Tolkien', 'Dr. Ann Lee', 'O’Neill-Šimić, Jr.', '李 小龙', 'Žofie 🦊', 'A. B.', 'Version 2.0'])(
  '%s is a name',
  (name) => {
    expect(assertName(name, ['name'])).toBe(name);
  },
);
