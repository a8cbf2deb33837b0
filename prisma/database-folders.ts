import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const prismaFolder = basename(here) === 'dist' ? dirname(here) : here;

export interface DatabaseFolder {
  name: string;
  /** Where its migrations are. */
  folder: string;
  /** The variable that says where its database is. */
  variable: string;
}

/** Every database of the system, by the folders that have migrations: a new one is a new folder. */
export function databaseFolders(root = prismaFolder): DatabaseFolder[] {
  return readdirSync(root, { recursive: false, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      folder: join(root, name, 'migrations'),
      variable: `${name.toUpperCase().replaceAll('-', '_')}_DATABASE_URL`,
    }))
    .filter(({ folder }) => hasEntries(folder))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
