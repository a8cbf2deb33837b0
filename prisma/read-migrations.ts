import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badConfig } from '@tributary/core';

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
