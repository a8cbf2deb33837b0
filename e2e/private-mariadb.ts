import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '@tributary/database';
import { mariadb } from '../scripts/servers/mariadb.mjs';
import { endPrivateServer } from '../scripts/servers/private-server-state.mjs';
import { startPrivateServer } from '../scripts/servers/start-private-server.mjs';

/** A private MariaDB server whose global settings the test may change. The caller closes it. */
export async function openPrivateMariadb() {
  const folder = await mkdtemp(join(tmpdir(), 'mariadb-'));
  const state = await startPrivateServer(mariadb, folder, null);
  const url = mariadb.privateServer.environment(state.ports).MARIADB_URL ?? '';
  const connection = await openConnection(url);
  return {
    url,
    /** Runs one statement as root, such as SET GLOBAL, which affects connections opened afterwards. */
    query: (sql: string): Promise<unknown> => connection.query(sql),
    async close() {
      await connection.end();
      await endPrivateServer(state);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
