import { openConnection } from '@tributary/database';
import { databaseFolders, migrate } from '@tributary/prisma';
import { testServers, uniqueName } from './test-servers.ts';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A database of the test's own on the real server, with the committed migrations of `prisma/<name>` applied. The caller drops it. */
export async function createTestDatabase(
  name: 'users' | 'uploads' | 'employment' | 'notifications',
): Promise<TestDatabase> {
  const found = databaseFolders().find((database) => database.name === name);
  if (!found) throw new Error(`prisma/${name} has no migrations`);
  const database = createEmptyDatabase(name);
  try {
    await migrate({ databaseUrl: database.url, folder: found.folder, log: () => undefined });
  } catch (error) {
    await database.drop().catch(() => undefined);
    throw error;
  }
  return database;
}

/** A database like that of `createTestDatabase`, opened. `close` closes and drops it. */
export async function openTestDatabase<Db extends { close(): Promise<void> }>(
  name: Parameters<typeof createTestDatabase>[0],
  open: (url: string) => Db,
): Promise<{ db: Db; close(): Promise<void> }> {
  const database = await createTestDatabase(name);
  const db = open(database.url);
  return {
    db,
    async close() {
      await db.close();
      await database.drop();
    },
  };
}

/** The address of a database that does not exist yet, for tests that migrate it themselves. The caller drops it. */
export function createEmptyDatabase(purpose: string): TestDatabase {
  const name = uniqueName(purpose);
  const url = new URL(testServers().MARIADB_URL);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      const connection = await openConnection(url.href, { database: '' });
      try {
        await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
      } finally {
        await connection.end();
      }
    },
  };
}
