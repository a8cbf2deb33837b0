import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { root } from '../checkout/checkout.mjs';
import { expectFolder } from '../verify/expected-folder.mjs';
import { expectResults } from '../verify/expected-results.mjs';
import { departmentRows, hireRows, jobRows } from './rows.mjs';
import { sampleOptions } from './sample-options.mjs';
import { writeRows } from './write-rows.mjs';

describe('sample files', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sample-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  async function writeFolder(counts) {
    await writeRows(join(dir, 'departments.csv'), departmentRows());
    await writeRows(join(dir, 'jobs.csv'), jobRows());
    await writeRows(join(dir, 'hired_employees.csv'), hireRows(counts));
    return expectFolder(dir);
  }

  test.each([
    [1, 0, 1],
    [1, 1, 1],
    [500, 15, 1],
    [997, 10, 7],
    [400, 400, 3],
    [10_000, 9_999, 2],
  ])('of %i hires exactly %i are rejected, whatever the seed (%i)', async (rows, bad, seed) => {
    const { departments, jobs, hires } = await writeFolder({ rows, bad, seed });
    expect([departments.rejections, jobs.rejections]).toEqual([[], []]);
    expect([hires.rows.length, hires.rejections.length]).toEqual([rows - bad, bad]);
  });

  test('have every kind of fault', async () => {
    const { hires } = await writeFolder({ rows: 1_000, bad: 300, seed: 5 });
    expect([...new Set(hires.rejections.map(({ column, code }) => `${column} ${code}`))].sort()).toEqual([
      'datetime BAD_DATETIME',
      'datetime REQUIRED',
      'department_id UNKNOWN_DEPARTMENT',
      'id DUPLICATE_ID',
      'id NOT_AN_INTEGER',
      'job_id REQUIRED',
      'job_id UNKNOWN_JOB',
      'name REQUIRED',
      'null WRONG_WIDTH',
    ]);
  });

  test('count in the expected results exactly if they are valid', async () => {
    const answers = expectResults(await writeFolder({ rows: 800, bad: 80, seed: 9 }));
    const hired = answers.flatMap(({ hiresByQuarter }) =>
      hiresByQuarter.map(({ q1, q2, q3, q4 }) => q1 + q2 + q3 + q4),
    );
    expect(answers.map(({ year }) => year)).toEqual([2021, 2022]);
    expect(hired.reduce((sum, count) => sum + count, 0)).toBe(720);
  });

  test('are the same for the same seed and differ for another', () => {
    const rows = (seed) => [...hireRows({ rows: 50, bad: 5, seed })];
    expect(rows(1)).toEqual(rows(1));
    expect(rows(1)).not.toEqual(rows(2));
  });

  test('in samples/ are those of the default arguments', () => {
    const { out: _, ...counts } = sampleOptions([]);
    const lines = [...hireRows(counts), ''].join('\r\n');
    expect(readFileSync(join(root, 'samples', 'hired_employees.csv'), 'utf8')).toBe(lines);
  });
});

describe('sampleOptions', () => {
  test.each([
    ['1%', 2],
    ['0.01', 2],
    ['0.3%', 1],
    ['100%', 200],
    ['1', 200],
    ['0', 0],
  ])('takes --bad %s of 200 rows as %i rows', (text, bad) => {
    expect(sampleOptions(['--rows', '200', '--bad', text])).toMatchObject({ rows: 200, bad });
  });

  test.each([
    ['--rows', 'many'],
    ['--rows', '0'],
    ['--rows', '2147483648'],
    ['--bad', '101%'],
    ['--bad', '3'],
    ['--bad', 'some'],
    ['--seed', '1.5'],
    ['--out', ''],
    ['--lines', '5'],
  ])('refuses %s %s in one line that names it', (option, text) => {
    const message = () => sampleOptions([option, text]);
    expect(message).toThrow(option);
    expect(message).not.toThrow('\n');
  });
});
