import { createHash } from 'node:crypto';
import { conflict, unavailable } from '@tributary/core';
import type { Connection } from 'mariadb';
import { connectDatabase } from './database-connection.ts';
import { openHistory } from './migration-history.ts';
import { type Migration, pendingMigrations, readMigrations } from './migrations.ts';

export interface MigrateOptions {
  databaseUrl: string;
  /** The folder whose subfolders each hold a migration.sql. */
  folder: string;
  log(line: string): void;
  /** How long to wait for a server that does not answer yet. */
  waitMs?: number;
  /** How long to wait for another runner on the same database. */
  lockTimeoutMs?: number;
  /** Once aborted, no further migration starts: the current one is finished, then its reason is thrown if any are left. */
  signal?: AbortSignal;
}

/**
 * Brings a database up to its folder of migrations, creating it if need be; returns the names of those applied now. Any
 * number may run at once: one works, the others wait and find it done. What it leaves can be continued by `prisma migrate deploy`.
 */
export async function migrate({
  databaseUrl,
  folder,
  log,
  waitMs = 0,
  lockTimeoutMs = 120_000,
  signal,
}: MigrateOptions) {
  const migrations = await readMigrations(folder);
  const connection = await connectDatabase({ databaseUrl, log, waitMs, signal });
  try {
    await lock(connection, lockTimeoutMs);
    return await applyPending(connection, migrations, log, signal);
  } finally {
    // Ending the connection gives the lock back as well.
    await connection.end();
  }
}

async function applyPending(
  connection: Connection,
  migrations: Migration[],
  log: MigrateOptions['log'],
  signal?: AbortSignal,
) {
  const history = await openHistory(connection);
  const pending = pendingMigrations(migrations, await history.read());
  const applied: string[] = [];
  for (const migration of pending) {
    signal?.throwIfAborted();
    log(`applying ${migration.name}`);
    const id = await history.begin(migration);
    try {
      await connection.query(migration.sql);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      // Where the connection itself is gone, the migration that has started and not finished shows it.
      await history.fail(id, reason).catch(() => undefined);
      throw conflict(`The migration ${migration.name} failed: ${reason}`, { cause });
    }
    await history.finish(id);
    applied.push(migration.name);
  }
  if (pending.length === 0) log(`nothing to do, all ${migrations.length} migrations are applied`);
  return applied;
}

/** The lock is the server's, not the database's, so its name carries the database; at most 64 characters are allowed. */
async function lock(connection: Connection, timeoutMs: number): Promise<void> {
  const [current] = await connection.query<{ name: string }[]>('SELECT DATABASE() AS name');
  const name = `tributary_migrate_${createHash('sha256').update(`${current?.name}`).digest('hex').slice(0, 32)}`;
  const [row] = await connection.query<{ granted: number | bigint | null }[]>('SELECT GET_LOCK(?, ?) AS granted', [
    name,
    timeoutMs / 1000,
  ]);
  if (Number(row?.granted) !== 1) {
    throw unavailable(`Another migration of ${current?.name} is still running after ${timeoutMs / 1000} s.`);
  }
}
