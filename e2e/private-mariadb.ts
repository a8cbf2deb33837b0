import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '@tributary/database';
import { mariadb } from '../scripts/servers/mariadb.mjs';
import { endPrivateServer } from '../scripts/servers/private-server-state.mjs';
import { startPrivateServer } from '../scripts/servers/start-private-server.mjs';

/** A MariaDB server of the test's own, whose global settings it may change. The caller closes it. */
export async function openPrivateMariadb() {
  const folder = await mkdtemp(join(tmpdir(), 'mariadb-'));
  const state = await startPrivateServer(mariadb, folder, null);
  const url = mariadb.privateServer.environment(state.ports).MARIADB_URL ?? '';
  const connection = await openConnection(url);
  return {
    url,
    /** Runs one statement as root, e.g. SET GLOBAL: it concerns the connections opened from now on. */
    query: (sql: string): Promise<unknown> => connection.query(sql),
    async close() {
      await connection.end();
      await endPrivateServer(state);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
