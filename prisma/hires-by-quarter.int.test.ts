import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEmptyDatabase } from '../libs/testing/src/test-database.ts';
import { databaseFolders } from './database-folders.ts';
import { openEmploymentDb } from './employment/src/client.ts';
import { recountHiresIfStale } from './employment/src/hire-counts.ts';
import { computeQueryResults } from './employment/src/results-computation.ts';
import { migrate } from './migration-runner.ts';

const folder = databaseFolders().find(({ name }) => name === 'employment')?.folder ?? '';
const counting = '20261127053000_hires_by_quarter';
const database = createEmptyDatabase('hires');
const db = openEmploymentDb(database.url);
const log = () => undefined;
const sales = (q1: number, q4: number) => [{ department: 'Sales', job: 'Clerk', q1, q2: 0, q3: 0, q4 }];
const groups = () => db.pool.query('SELECT * FROM hires_by_quarter ORDER BY year');

beforeAll(async () => {
  const before = await mkdtemp(join(tmpdir(), 'tributary-hires-'));
  for (const name of (await readdir(folder)).filter((each) => each < counting))
    await cp(join(folder, name), join(before, name), { recursive: true });
  await migrate({ databaseUrl: database.url, folder: before, log });
  for (const [table, name] of [
    ['departments', 'Sales'],
    ['jobs', 'Clerk'],
  ])
    await db.pool.query(`INSERT INTO ${table} VALUES (1, ?, 1, 1, '')`, [name]);
  await commitAsBefore(1, '2021-01-01 00:00:00');
  await commitAsBefore(2, '2021-12-31 23:59:59.999');
  await rm(before, { recursive: true });
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

test('the employees there already are counted by the migration, as of their data version', async () => {
  expect(await migrate({ databaseUrl: database.url, folder, log })).toContain(counting);
  expect(await groups()).toEqual([{ year: 2021, department_id: 1, job_id: 1, q1: 1, q2: 0, q3: 0, q4: 1 }]);
  expect(await recountHiresIfStale(db.pool)).toBe(false);
  expect((await computeQueryResults(db.pool)).hiresByQuarter).toEqual(new Map([[2021, sales(1, 1)]]));
  expect(await computeQueryResults(db.pool, 1)).toMatchObject({
    version: 2,
    since: 1,
    hiresByQuarter: new Map([[2021, sales(1, 1)]]),
  });
  expect(await computeQueryResults(db.pool, 2)).toMatchObject({ version: 2, since: 2, hiresByQuarter: new Map() });
});

test('what a loader of the release before commits is in the results at once, and counted once', async () => {
  await commitAsBefore(3, '2022-02-02 00:00:00');
  await db.pool.query("UPDATE employees SET hired_at = '2022-03-03' WHERE id IN (1, 2)");
  const { since, version, hiresByQuarter } = await computeQueryResults(db.pool, 2);
  expect({ since, version, hiresByQuarter }).toEqual({
    since: null,
    version: 3,
    hiresByQuarter: new Map([[2022, sales(3, 0)]]),
  });

  expect(await Promise.all([1, 2, 3].map(() => recountHiresIfStale(db.pool)))).toContain(true);
  expect(await recountHiresIfStale(db.pool)).toBe(false);
  expect(await groups()).toEqual([{ year: 2022, department_id: 1, job_id: 1, q1: 3, q2: 0, q3: 0, q4: 0 }]);
  const changes = await computeQueryResults(db.pool, 2);
  expect(changes.since).toBe(2);
  expect(changes.hiresByQuarter).toEqual(
    new Map([
      [2021, []],
      [2022, sales(3, 0)],
    ]),
  );
});

/** Commits a hire without counting it. */
async function commitAsBefore(id: number, hiredAt: string): Promise<void> {
  const connection = await db.pool.getConnection();
  await connection.beginTransaction();
  await connection.query("INSERT INTO employees VALUES (?, 'Ana', ?, 1, 1, 1, '')", [id, hiredAt]);
  await connection.query('UPDATE data_version SET version = LAST_INSERT_ID(version + 1) WHERE id = 1');
  await connection.commit();
  await connection.release();
}
