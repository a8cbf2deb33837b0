import { expect, test } from '@jest/globals';
import { attachment } from './content-disposition.ts';

test.each([
  ['jobs.csv', `attachment; filename="jobs.csv"; filename*=UTF-8''jobs.csv`],
  ['größe.csv', `attachment; filename="gr__e.csv"; filename*=UTF-8''gr%C3%B6%C3%9Fe.csv`],
  [`a"b\\c'(1)*.csv`, `attachment; filename="a_b_c'(1)*.csv"; filename*=UTF-8''a%22b%5Cc%27%281%29%2A.csv`],
])('%j', (filename, header) => {
  expect(attachment(filename)).toBe(header);
});
