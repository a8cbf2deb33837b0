import { badConfig, isAppError, readConfig, startProcess, urlOf } from '@tributary/core';
import { z } from 'zod';
import { type DatabaseFolder, databaseFolders } from './database-folders.ts';
import { migrationConfig } from './migration-config.ts';
import { migrate } from './migration-runner.ts';

/** Migrates every database whose <NAME>_DATABASE_URL is set, one after the other, then exits 0. Run before any process starts, never by one. */
await startProcess('migrate', async ({ onClose }) => {
  const { databases, waitMs } = readDatabases();
  const stopping = new AbortController();
  const running = migrateAll(databases, waitMs, stopping.signal);
  // A migration cut in the middle would have to be fixed by hand.
  onClose(() => {
    stopping.abort();
    return running;
  });
  process.exit(await running);
});

function readDatabases() {
  const folders = databaseFolders();
  const urls = readConfig(
    z.object(Object.fromEntries(folders.map(({ variable }) => [variable, urlOf('mysql', 'mariadb').optional()]))),
  );
  const { MIGRATE_WAIT_MS: waitMs } = readConfig(migrationConfig);
  const databases = folders.flatMap((folder) => {
    const databaseUrl = urls[folder.variable];
    return databaseUrl === undefined ? [] : [{ ...folder, databaseUrl }];
  });
  if (databases.length === 0) {
    const names = folders.map(({ variable }) => variable).join(', ');
    throw badConfig(`No database to migrate: set one or more of ${names}.`);
  }
  return { databases, waitMs };
}

/** The exit code, 1 if anything may be left to do: a refusal is printed as plain text, because a person has to act on it. */
async function migrateAll(
  databases: (DatabaseFolder & { databaseUrl: string })[],
  waitMs: number,
  signal: AbortSignal,
): Promise<0 | 1> {
  for (const { name, folder, databaseUrl } of databases) {
    try {
      signal.throwIfAborted();
      const log = (line: string) => process.stdout.write(`${name}: ${line}\n`);
      await migrate({ databaseUrl, folder, log, waitMs, signal });
    } catch (error) {
      process.stderr.write(
        `${name}: ${signal.aborted ? 'stopped before all migrations were applied' : toText(error)}\n`,
      );
      return 1;
    }
  }
  return 0;
}

function toText(error: unknown): string {
  if (isAppError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
