import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openConnection } from '@tributary/database';
import { createEmptyDatabase } from '../libs/testing/src/test-database.ts';
import { databaseFolders } from './database-folders.ts';
import { migrate } from './migration-runner.ts';

const folder = databaseFolders().find(({ name }) => name === 'uploads')?.folder ?? '';
const numbering = '20261121100000_owner_events';

test('events from before there were owner numbers get them: without gaps per owner, by time, in the order of each log', async () => {
  const database = createEmptyDatabase('numbers');
  const before = await mkdtemp(join(tmpdir(), 'tributary-numbers-'));
  for (const name of (await readdir(folder)).filter((each) => each < numbering))
    await cp(join(folder, name), join(before, name), { recursive: true });
  const log = () => undefined;
  await migrate({ databaseUrl: database.url, folder: before, log });
  const connection = await openConnection(database.url);
  for (const [index, [id, owner]] of [
    ['first', 'ann'],
    ['second', 'ann'],
    ['third', 'bob'],
  ].entries()) {
    await connection.query(
      `INSERT INTO uploads (id, sequence, owner_id, owner_email, owner_name, filename, kind, bytes, sha256, file_id, status, \`cursor\`, reasons, created_at, updated_at)
       VALUES (?, ?, ?, '', '', '', 'JOBS', 1, '', ?, 'QUEUED', 3, '[]', NOW(3), NOW(3))`,
      [id, index + 1, owner, id],
    );
  }
  // The third event of the first upload is earlier than its second: the order of the log is kept.
  const events = [
    ['first', 1, 1],
    ['first', 2, 5],
    ['first', 3, 2],
    ['second', 1, 3],
    ['second', 2, 6],
    ['third', 1, 4],
  ];
  await connection.batch(
    "INSERT INTO upload_events VALUES (?, ?, 'QUEUED', 0, 0, 0, 0, NULL, TIMESTAMPADD(SECOND, ?, '2026-01-01'))",
    events,
  );
  expect(await migrate({ databaseUrl: database.url, folder, log })).toContain(numbering);
  const rows = await connection.query<{ numbered: string }[]>(
    "SELECT CONCAT_WS(' ', owner_id, owner_cursor, upload_id, `cursor`) AS numbered FROM upload_events ORDER BY owner_id, owner_cursor",
  );
  expect(rows.map(({ numbered }) => numbered)).toEqual([
    'ann 1 first 1',
    'ann 2 second 1',
    'ann 3 first 2',
    'ann 4 first 3',
    'ann 5 second 2',
    'bob 1 third 1',
  ]);
  const owners = await connection.query<object[]>('SELECT * FROM upload_owners ORDER BY owner_id');
  expect([...owners]).toEqual([
    { owner_id: 'ann', last_event: 5 },
    { owner_id: 'bob', last_event: 1 },
  ]);
  await connection.end();
  await database.drop();
  await rm(before, { recursive: true });
});
