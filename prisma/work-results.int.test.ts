import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openConnection } from '@tributary/database';
import { openUploadsDb, recordUpdates, toCounts, toWorkResult } from '@tributary/uploads-db';
import { createEmptyDatabase } from '../libs/testing/src/test-database.ts';
import { databaseFolders } from './database-folders.ts';
import { migrate } from './migration-runner.ts';

const folder = databaseFolders().find(({ name }) => name === 'uploads')?.folder ?? '';
const migration = '20261127170000_work_results';
const id = '0197c0de-0000-7000-8000-000000000001';
const owner = '0197c0de-0000-7000-8000-000000000002';
const problem = { line: 2, column: 'id', code: 'REQUIRED', message: 'is missing.', raw: ',Clerk' };

test('an upload of the previous version keeps counts and problems, and completes once its condition holds', async () => {
  const database = createEmptyDatabase('work_results');
  const before = await mkdtemp(join(tmpdir(), 'tributary-work-'));
  for (const name of (await readdir(folder)).filter((each) => each < migration))
    await cp(join(folder, name), join(before, name), { recursive: true });
  const log = () => undefined;
  await migrate({ databaseUrl: database.url, folder: before, log });
  const connection = await openConnection(database.url);
  await connection.query(
    `INSERT INTO uploads (id, sequence, owner_id, owner_email, owner_name, filename, kind, bytes, sha256, file_id, status, \`cursor\`,
       rows_read, rows_loaded, rows_rejected, reasons, awaits, ends_as, awaited_version, created_at, updated_at)
     VALUES (?, 1, ?, 'ann@example.com', 'Ann', 'jobs.csv', 'JOBS', 1, '', ?, 'LOADED', 1,
       3, 2, 1, ?, '["employment.queries.refreshed"]', 'COMPLETED', 7, NOW(3), NOW(3))`,
    [id, owner, id, JSON.stringify([problem])],
  );
  await connection.query(
    `INSERT INTO upload_events (upload_id, \`cursor\`, status, rows_read, rows_loaded, rows_rejected, percent, at, owner_id, owner_cursor)
     VALUES (?, 1, 'LOADED', 3, 2, 1, 100, NOW(3), ?, 1)`,
    [id, owner],
  );
  await connection.query('INSERT INTO upload_owners VALUES (?, 1)', [owner]);

  expect(await migrate({ databaseUrl: database.url, folder, log })).toContain(migration);
  const db = openUploadsDb(database.url);
  const counts = { rowsRead: 3, rowsLoaded: 2, rowsRejected: 1 };
  const result = { counts, problems: [problem], problemCount: 1, resultFiles: [] };
  expect(toWorkResult(await db.client.upload.findUniqueOrThrow({ where: { id } }))).toEqual(result);
  const event = await db.client.uploadEvent.findFirstOrThrow({ where: { uploadId: id } });
  expect(event.counts).toBe(JSON.stringify(counts));

  await recordUpdates(db, id, { type: 'settled', condition: 'employment.results', version: 7 }, new Date());
  const completed = await db.client.upload.findUniqueOrThrow({ where: { id } });
  expect(completed).toMatchObject({ status: 'COMPLETED', cursor: 2, rowsLoaded: 2 });
  expect(toWorkResult(completed)).toEqual(result);
  const [message] = await db.client.outboxMessage.findMany();
  expect(JSON.parse(message?.body ?? '').notice).toMatchObject({ problems: [problem], problemCount: 1 });

  // A process of the previous version may still write.
  await connection.query('UPDATE uploads SET rows_read = 5, rows_loaded = 4 WHERE id = ?', [id]);
  const written = await db.client.upload.findUniqueOrThrow({ where: { id } });
  expect(toCounts(written)).toEqual({ rowsRead: 5, rowsLoaded: 4, rowsRejected: 1 });
  await db.close();
  await connection.end();
  await database.drop();
  await rm(before, { recursive: true });
});
