import { expect, test } from '@jest/globals';
import { toHarmlessName } from './mail.ts';

test.each([
  ['jobs.csv', 'jobs.csv'],
  ['departments 2021.v2.csv.gz', 'departments 2021.v2.csv.gz'],
  ['J.R.R. Tolkien', 'J.R.R. Tolkien'],
  ['http://evil.example/x', 'http[:]//evil[.]example/x'],
  ['Win at www.evil.csv', 'Win at www[.]evil.csv'],
  ['pay at evil.com', 'pay at evil[.]com'],
  ['evil.csv.com', 'evil.csv[.]com'],
  ['Ann\r\nBcc: x', 'Ann Bcc: x'],
  ['a\u202Eb\u200Bc\uD83D', 'abc'],
])('%j is %j in a mail', (given, shown) => {
  expect(toHarmlessName(given)).toBe(shown);
});
