import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openConnection } from '@tributary/database';
import type { Connection } from 'mariadb';
import { createEmptyDatabase, type TestDatabase } from '../libs/testing/src/test-database.ts';
import { waitFor } from '../libs/testing/src/wait-for.ts';
import { migrate } from './migration-runner.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const loader = join(here, '../libs/core/fixtures/register-swc.mjs');

/** The runner with one database whose first migration cannot end before the test lets go of a lock. */
let folder: string;
let database: TestDatabase;
let gate: Connection;
let child: ChildProcess;

beforeEach(async () => {
  database = createEmptyDatabase('process');
  const name = new URL(database.url).pathname.slice(1);
  gate = await openConnection(database.url, { database: '' });
  await gate.query('SELECT GET_LOCK(?, 5)', [name]);
  folder = mkdtempSync(join(tmpdir(), 'tributary-runner-'));
  for (const file of readdirSync(here)) {
    if (/(?<!\.test)\.ts$/.test(file)) copyFileSync(join(here, file), join(folder, file));
  }
  symlinkSync(join(here, '../node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  write('1_slow', `CREATE TABLE early (id INT); DO GET_LOCK('${name}', 30); CREATE TABLE late (id INT);`);
  write('2_next', 'CREATE TABLE next (id INT);');
});

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await gate.end();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, sql: string) {
  mkdirSync(join(folder, 'boxes/migrations', name), { recursive: true });
  writeFileSync(join(folder, 'boxes/migrations', name, 'migration.sql'), sql);
}

/** Starts the runner and resolves `seen(text)` with the first line of its output that has the text. */
function start(env: Record<string, string>) {
  child = spawn(
    process.execPath,
    ['--conditions', 'tributary-source', '--import', loader, join(folder, 'migrate.ts')],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lines: string[] = [];
  const waiting = new Map<string, (line: string) => void>();
  for (const input of [child.stdout, child.stderr]) {
    if (!input) continue;
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      for (const [text, found] of waiting) if (line.includes(text)) found(line);
    });
  }
  const seen = (text: string) =>
    new Promise<string>((resolve) => {
      const line = lines.find((candidate) => candidate.includes(text));
      if (line === undefined) waiting.set(text, resolve);
      else resolve(line);
    });
  return { seen, lines, ended: once(child, 'close') };
}

async function history() {
  const connection = await openConnection(database.url);
  try {
    return await connection.query(
      'SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations',
    );
  } finally {
    await connection.end();
  }
}

describe('the migration runner', () => {
  test('on SIGTERM finishes the current migration, starts no other and exits 1', async () => {
    const { seen, ended, lines } = start({ BOXES_DATABASE_URL: database.url });
    await waitFor(async () => (await history()).length > 0, { what: 'the first migration to begin' });
    child.kill('SIGTERM');
    await seen('shutdown started');
    await gate.end();
    expect(await ended).toEqual([1, null]);
    expect(lines).toContain('boxes: stopped before all migrations were applied');
    expect(await history()).toEqual([{ name: '1_slow', finished: 1 }]);
  });

  test('killed within a migration leaves a database the next run refuses with the remedy', async () => {
    const { ended } = start({ BOXES_DATABASE_URL: database.url });
    await waitFor(async () => (await history()).length > 0, { what: 'the first migration to begin' });
    child.kill('SIGKILL');
    await ended;
    await gate.end();
    const again = migrate({
      databaseUrl: database.url,
      folder: join(folder, 'boxes/migrations'),
      log: () => undefined,
    });
    await expect(again).rejects.toThrow(/1_slow was begun but never finished[\s\S]*SET rolled_back_at/);
    expect(await history()).toEqual([{ name: '1_slow', finished: 0 }]);
  });

  test('without any database exits 78 and names the variables', async () => {
    const { ended, lines } = start({});
    expect(await ended).toEqual([78, null]);
    expect(lines.join('\n')).toContain('No database to migrate: set one or more of BOXES_DATABASE_URL');
  });
});
