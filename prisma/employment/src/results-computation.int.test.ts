import { afterAll, describe, expect, test } from '@jest/globals';
import { openTestDatabase } from '@tributary/testing';
import { openPrismaEmploymentDb } from '../fixtures/prisma-db.ts';
import { computeQueryResults } from './results-computation.ts';

const { db, close } = await openTestDatabase('employment', openPrismaEmploymentDb);
afterAll(close);

describe('computeQueryResults', () => {
  test('has no results, at version 0, for an empty database', async () => {
    expect(await computeQueryResults(db.pool)).toEqual({
      version: 0,
      since: null,
      hiresByQuarter: new Map(),
      departmentsAboveMean: new Map(),
    });
  });

  test('counts hires by quarter in UTC, from the first to the last millisecond of a year', async () => {
    const written = { sequence: 1, uploadId: '0197c0de-0000-7000-8000-000000000001' };
    await db.client.department.createMany({
      data: [1, 2].map((id) => ({ id, name: `Department ${id}`, firstSequence: 1, ...written })),
    });
    await db.client.job.create({ data: { id: 1, name: 'Clerk', firstSequence: 1, ...written } });
    const hires: [string, number][] = [
      ['2021-01-01T00:00:00.000Z', 1],
      ['2021-03-31T23:59:59.999Z', 1],
      ['2021-12-31T23:59:59.999Z', 1],
      ['2021-07-01T00:00:00.000Z', 2],
      ['2022-01-01T00:00:00.000Z', 2],
    ];
    await db.client.employee.createMany({
      data: hires.map(([hiredAt, departmentId], index) => ({
        id: index + 1,
        name: 'A',
        hiredAt: new Date(hiredAt),
        departmentId,
        jobId: 1,
        ...written,
      })),
    });
    await db.client.dataVersion.update({ where: { id: 1 }, data: { version: 5 } });

    const results = await computeQueryResults(db.pool);
    expect(results.version).toBe(5);
    expect(results.hiresByQuarter.get(2021)).toEqual([
      { department: 'Department 1', job: 'Clerk', q1: 2, q2: 0, q3: 0, q4: 1 },
      { department: 'Department 2', job: 'Clerk', q1: 0, q2: 0, q3: 1, q4: 0 },
    ]);
    expect(results.departmentsAboveMean.get(2021)).toEqual([{ id: 1, department: 'Department 1', hired: 3 }]);
    expect(results.departmentsAboveMean.get(2022)).toEqual([]);
  });

  test('includes exactly the rows of its version, while rows are being committed', async () => {
    let committing = true;
    const computing = (async () => {
      const seen: { version: number; hired: number | undefined }[] = [];
      while (committing) {
        const { version, hiresByQuarter } = await computeQueryResults(db.pool);
        seen.push({ version, hired: hiresByQuarter.get(3000)?.[0]?.q1 });
      }
      return seen;
    })();
    // Version v (from 1001) has v - 1000 hires, committed one by one.
    await db.client.dataVersion.update({ where: { id: 1 }, data: { version: 1_000 } });
    for (let version = 1_001; version <= 1_200; version += 1) await commitHire(version);
    committing = false;

    const seen = (await computing).filter(({ version }) => version > 1_000);
    expect(new Set(seen.map(({ version }) => version)).size).toBeGreaterThan(10);
    expect(seen).toEqual(seen.map(({ version }) => ({ version, hired: version - 1_000 })));
  });

  async function commitHire(version: number) {
    const hire = { id: version, name: 'A', hiredAt: new Date('3000-02-03T00:00:00Z'), departmentId: 1, jobId: 1 };
    const written = { sequence: 2, uploadId: '0197c0de-0000-7000-8000-000000000002' };
    await db.client.$transaction([
      db.client.employee.create({ data: { ...hire, ...written } }),
      db.client.dataVersion.update({ where: { id: 1 }, data: { version } }),
    ]);
  }
});
