import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type HiresGroup, toQueryResults } from './query-results.ts';

const aGroup = (group: Partial<HiresGroup> = {}): HiresGroup => ({
  year: 2021,
  departmentId: 1,
  department: 'Sales',
  jobId: 1,
  job: 'Clerk',
  q1: 1,
  q2: 0,
  q3: 0,
  q4: 0,
  ...group,
});

describe('toAnswers', () => {
  test('keeps the version and gives nothing for no hires', () => {
    expect(toQueryResults(7, [])).toEqual({
      version: 7,
      since: null,
      hiresByQuarter: new Map(),
      departmentsAboveMean: new Map(),
    });
  });

  test('gives a changed year without hires an empty list', () => {
    const { since, hiresByQuarter, departmentsAboveMean } = toQueryResults(9, [aGroup()], {
      since: 7,
      years: [2020, 2021],
    });
    expect(since).toBe(7);
    expect(hiresByQuarter.get(2020)).toEqual([]);
    expect(departmentsAboveMean.get(2020)).toEqual([]);
    expect(hiresByQuarter.get(2021)).toHaveLength(1);
  });

  test('keeps years apart', () => {
    const { hiresByQuarter } = toQueryResults(1, [aGroup({ year: 2022, q4: 3 }), aGroup()]);
    expect(hiresByQuarter.get(2021)).toEqual([{ department: 'Sales', job: 'Clerk', q1: 1, q2: 0, q3: 0, q4: 0 }]);
    expect(hiresByQuarter.get(2022)).toEqual([{ department: 'Sales', job: 'Clerk', q1: 1, q2: 0, q3: 0, q4: 3 }]);
    expect(hiresByQuarter.get(2023)).toBeUndefined();
  });

  test('orders by department, then job, as a dictionary does: case and accents do not part words', () => {
    const rows = toQueryResults(1, [
      aGroup({ departmentId: 2, department: 'zoology', job: 'Vice President' }),
      aGroup({ departmentId: 3, department: 'École', jobId: 2, job: 'VP Accounting' }),
      aGroup({ departmentId: 3, department: 'École', jobId: 3, job: 'Vice President' }),
      aGroup({ departmentId: 4, department: 'Fleet' }),
      aGroup({ departmentId: 5, department: 'accounting' }),
    ]).hiresByQuarter.get(2021);
    expect(rows?.map(({ department, job }) => [department, job])).toEqual([
      ['accounting', 'Clerk'],
      ['École', 'Vice President'],
      ['École', 'VP Accounting'],
      ['Fleet', 'Clerk'],
      ['zoology', 'Vice President'],
    ]);
  });

  test('keeps only departments strictly above the mean of those that hired, most first, then by id', () => {
    const hired = [10, 2, 10, 2, 6, 6];
    const groups = hired.map((q1, index) => aGroup({ departmentId: 6 - index, department: `D${6 - index}`, q1 }));
    expect(toQueryResults(1, groups).departmentsAboveMean.get(2021)).toEqual([
      { id: 4, department: 'D4', hired: 10 },
      { id: 6, department: 'D6', hired: 10 },
    ]);
  });

  test('adds up a department over jobs and quarters, and keeps departments of the same name apart', () => {
    const groups = [
      aGroup({ departmentId: 1, jobId: 1, q1: 1, q2: 2 }),
      aGroup({ departmentId: 1, jobId: 2, q3: 3, q4: 4 }),
      aGroup({ departmentId: 2, jobId: 1 }),
    ];
    expect(toQueryResults(1, groups).departmentsAboveMean.get(2021)).toEqual([
      { id: 1, department: 'Sales', hired: 11 },
    ]);
  });

  test('gives the same answers whatever order the database returns its groups in', () => {
    const group = fc.record({
      year: fc.integer({ min: 1, max: 3 }),
      departmentId: fc.integer({ min: 1, max: 4 }),
      department: fc.string({ maxLength: 2 }),
      jobId: fc.integer({ min: 1, max: 4 }),
      job: fc.string({ maxLength: 2 }),
      q1: fc.nat(9),
      q2: fc.nat(9),
      q3: fc.nat(9),
      q4: fc.nat(9),
    });
    const groups = fc
      .uniqueArray(group, { selector: ({ year, departmentId, jobId }) => `${year} ${departmentId} ${jobId}` })
      .map((all) => all.map((one) => ({ ...one, department: `D${one.departmentId}`, job: `J${one.jobId}` })));
    fc.assert(
      fc.property(groups, (all) => {
        expect(toQueryResults(1, all.toReversed())).toEqual(toQueryResults(1, all));
      }),
    );
  });
});
