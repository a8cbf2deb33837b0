import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badConfig, conflict } from '@tributary/core';
import type { AppliedMigration } from './migration-history.ts';

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file in hex, the checksum Prisma computes. */
  checksum: string;
}

/** The migrations of a folder in the order they apply: that of their names, which begin with a time stamp. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(names.sort().map((name) => readMigration(folder, name)));
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const path = join(folder, name, 'migration.sql');
  const content = await readFile(path).catch((cause: unknown) => {
    throw badConfig(`The migration ${name} cannot be read: ${path}`, { cause });
  });
  return { name, sql: content.toString('utf8'), checksum: createHash('sha256').update(content).digest('hex') };
}

/**
 * What is still to be applied, in order. Throws (CONFLICT), with the remedy, where the history and the folder
 * disagree: one half applied, edited after it was applied, or gone from the folder.
 */
export function pendingMigrations(migrations: Migration[], applied: AppliedMigration[]): Migration[] {
  const onDisk = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished, logs } of applied) {
    if (!finished) throw conflict(halfApplied(name, logs));
    const migration = onDisk.get(name);
    if (!migration) throw conflict(missing(name));
    if (migration.checksum !== checksum) throw conflict(edited(name));
  }
  const done = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !done.has(name));
}

const halfApplied = (name: string, logs: string | null) =>
  `The migration ${name} was begun but never finished, so the database may have a part of it${logs ? ` (${logs})` : ''}.
Look at what it changed, then either undo that part and have it applied again:
  UPDATE _prisma_migrations SET rolled_back_at = UTC_TIMESTAMP(3) WHERE migration_name = '${name}' AND finished_at IS NULL;
or complete it by hand and record that:
  UPDATE _prisma_migrations SET finished_at = UTC_TIMESTAMP(3), applied_steps_count = 1 WHERE migration_name = '${name}' AND finished_at IS NULL;`;

const edited = (name: string) =>
  `The migration ${name} was edited after it had been applied to this database.
Put its file back as it was (git log -- '*/${name}/migration.sql') and write the change as a new migration.`;

const missing = (name: string) =>
  `The migration ${name} was applied to this database but is not in the folder: this code is older than the database.
Run the version that has it, or restore its folder.`;
