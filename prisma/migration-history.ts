import { randomUUID } from 'node:crypto';
import type { Connection } from 'mariadb';

export interface AppliedMigration {
  name: string;
  checksum: string;
  /** False when it was begun and never ended: its process died or a statement failed. */
  finished: boolean;
  logs: string | null;
}

/** The table as `prisma migrate deploy` makes it, so that it can take over this database, or hand it back. */
const createTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at DATETIME(3),
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at DATETIME(3),
  started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

interface Row {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  logs: string | null;
}

/** The record of what was applied to this database; those marked as rolled back count as never applied. */
export async function openHistory(connection: Connection) {
  const existing = await connection.query<unknown[]>("SHOW TABLES LIKE '\\_prisma\\_migrations'");
  if (existing.length === 0) await connection.query(createTable);
  return {
    async read(): Promise<AppliedMigration[]> {
      const rows = await connection.query<Row[]>(
        'SELECT migration_name, checksum, finished_at, logs FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at, id',
      );
      return rows.map((row) => ({
        name: row.migration_name,
        checksum: row.checksum,
        finished: row.finished_at !== null,
        logs: row.logs,
      }));
    },

    /** Records that a migration begins, before its first statement: MySQL commits each change of a table by itself. */
    async begin({ name, checksum }: { name: string; checksum: string }): Promise<string> {
      const id = randomUUID();
      await connection.query(
        'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))',
        [id, checksum, name],
      );
      return id;
    },

    async finish(id: string): Promise<void> {
      await connection.query(
        'UPDATE _prisma_migrations SET finished_at = UTC_TIMESTAMP(3), applied_steps_count = 1 WHERE id = ?',
        [id],
      );
    },

    async fail(id: string, logs: string): Promise<void> {
      await connection.query('UPDATE _prisma_migrations SET logs = ? WHERE id = ?', [logs, id]);
    },
  };
}
