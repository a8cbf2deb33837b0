import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openConnection } from '@tributary/database';
import type { Connection } from 'mariadb';
import { createEmptyDatabase, type TestDatabase } from '../libs/testing/src/test-database.ts';
import { migrate } from './migration-runner.ts';

let folder: string;
let database: TestDatabase;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-migrations-'));
  database = createEmptyDatabase('migrate');
  lines = [];
  write('1_boxes', 'CREATE TABLE boxes (id INT PRIMARY KEY); INSERT INTO boxes VALUES (1);');
  write('2_lids', 'CREATE TABLE lids (id INT PRIMARY KEY);');
});

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

function write(name: string, sql: string) {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'migration.sql'), sql);
}

const run = () => migrate({ databaseUrl: database.url, folder, log: (line) => lines.push(line) });

async function query<T>(sql: string): Promise<T[]> {
  const connection: Connection = await openConnection(database.url);
  try {
    return await connection.query<T[]>(sql);
  } finally {
    await connection.end();
  }
}

describe('migrate', () => {
  test('makes the database and applies every migration in order, once', async () => {
    expect(await run()).toEqual(['1_boxes', '2_lids']);
    expect(await run()).toEqual([]);
    expect(lines.at(-1)).toBe('nothing to do, all 2 migrations are applied');
    expect(await query('SELECT id FROM boxes')).toEqual([{ id: 1 }]);
  });

  test('applies only what is new', async () => {
    await run();
    write('3_tape', 'CREATE TABLE tape (id INT PRIMARY KEY);');
    expect(await run()).toEqual(['3_tape']);
  });

  test('keeps the record as `prisma migrate deploy` does', async () => {
    await run();
    const columns = await query(
      "SELECT column_name AS name, column_type AS type, is_nullable AS nullable FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '_prisma_migrations' ORDER BY ordinal_position",
    );
    expect(columns).toEqual([
      { name: 'id', type: 'varchar(36)', nullable: 'NO' },
      { name: 'checksum', type: 'varchar(64)', nullable: 'NO' },
      { name: 'finished_at', type: 'datetime(3)', nullable: 'YES' },
      { name: 'migration_name', type: 'varchar(255)', nullable: 'NO' },
      { name: 'logs', type: 'text', nullable: 'YES' },
      { name: 'rolled_back_at', type: 'datetime(3)', nullable: 'YES' },
      { name: 'started_at', type: 'datetime(3)', nullable: 'NO' },
      { name: 'applied_steps_count', type: expect.stringMatching(/^int(\(10\))? unsigned$/), nullable: 'NO' },
    ]);
    const rows = await query(
      'SELECT migration_name, checksum, finished_at >= started_at AS finished, applied_steps_count, logs, rolled_back_at FROM _prisma_migrations ORDER BY migration_name LIMIT 1 OFFSET 1',
    );
    expect(rows).toEqual([
      {
        migration_name: '2_lids',
        // sha256sum of the file
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        finished: 1,
        applied_steps_count: 1,
        logs: null,
        rolled_back_at: null,
      },
    ]);
  });

  test('refuses a migration that was edited after it was applied, and says what to do', async () => {
    await run();
    write('1_boxes', 'CREATE TABLE boxes (id BIGINT PRIMARY KEY);');
    await expect(run()).rejects.toThrow(/1_boxes was edited after it had been applied[\s\S]*git log --/);
  });

  test('refuses to go on after a migration that failed, until it is marked as rolled back', async () => {
    write('2_lids', 'CREATE TABLE lids (id INT PRIMARY KEY); CREATE TABLE boxes (id INT);');
    await expect(run()).rejects.toThrow(/2_lids failed: .*boxes/);
    const refused = run();
    await expect(refused).rejects.toThrow(/2_lids was begun but never finished.*boxes[\s\S]*SET rolled_back_at/);
    await query('DROP TABLE lids');
    await query(
      "UPDATE _prisma_migrations SET rolled_back_at = UTC_TIMESTAMP(3) WHERE migration_name = '2_lids' AND finished_at IS NULL",
    );
    write('2_lids', 'CREATE TABLE lids (id INT PRIMARY KEY);');
    expect(await run()).toEqual(['2_lids']);
  });

  test('refuses a database that is ahead of the folder', async () => {
    await run();
    rmSync(join(folder, '2_lids'), { recursive: true });
    await expect(run()).rejects.toThrow(/2_lids was applied to this database but is not in the folder/);
  });

  test('applies each migration once however many runners start at the same time', async () => {
    const applied = await Promise.all([run(), run(), run(), run()]);
    expect(applied.flat().sort()).toEqual(['1_boxes', '2_lids']);
    expect(await query('SELECT migration_name FROM _prisma_migrations')).toHaveLength(2);
  });
});
