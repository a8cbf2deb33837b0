import { expect, test } from '@jest/globals';
import { createHireChanges } from './hire-changes.ts';

test('hires are summed up by year, department, job and quarter, and what does not change is left out', () => {
  const changes = createHireChanges();
  changes.add(1, '2021-12-31 23:59:59', 2, 1);
  changes.add(1, '2021-04-01 00:00:00', 2, 1);
  changes.add(1, '0001-03-31 00:00:00', 10, 1);
  changes.add(-1, '2021-09-30 23:59:59.999', 1, 3);
  changes.add(1, '2022-01-01 00:00:00', 5, 5);
  changes.add(-1, '2022-02-01 00:00:00', 5, 5);
  expect(changes.groups()).toEqual([
    [1, 10, 1, 1, 0, 0, 0],
    [2021, 1, 3, 0, 0, -1, 0],
    [2021, 2, 1, 0, 1, 0, 1],
  ]);
});
