import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type SmtpSink, startSmtpSink } from '@tributary/testing';
import { findServers } from '../../scripts/servers/find-servers.mjs';
import { mariadb } from '../../scripts/servers/mariadb.mjs';
import { readState } from '../../scripts/servers/private-server-state.mjs';
import { rabbitmq } from '../../scripts/servers/rabbitmq.mjs';
import { connectRedis, redis } from '../../scripts/servers/redis.mjs';
import { startPrivateServer } from '../../scripts/servers/start-private-server.mjs';
import { createOwnedFolder, endLeftovers, startReaper } from './leftovers.mjs';
import type { Server } from './topology.ts';

const kinds = { mariadb, rabbitmq, redis };

/** A set of servers that the suite may kill, shared by consecutive runs. */
export interface RunSlot {
  /** The servers' URLs, for `startStack`. */
  readonly environment: Record<string, string>;
  readonly mails: SmtpSink;
  /** Kills a server; does nothing if it is down. */
  crash(server: Server): void;
  /** Restarts a killed server on the same data and port and resolves when a login works; does nothing if it runs. */
  recover(server: Server): Promise<void>;
  /** Deletes Redis's data; connections stay. */
  flushRedis(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts MariaDB, RabbitMQ and Redis as private processes and a mail server in this process; missing programs are
 * installed if possible. The servers, and stacks in owned folders, end with this process, even if it is killed.
 */
export async function openRunSlot(note?: (text: string) => void): Promise<RunSlot> {
  const ended = await endLeftovers();
  if (ended > 0) note?.(`Ended ${ended} processes of a killed run.`);
  const root = createOwnedFolder('slot');
  const unwatch = startReaper();
  const env = { TRIBUTARY_SERVERS: 'private' };
  const found = await findServers({ env, dataRoot: root, ...(note ? { note } : {}) });
  const mails = await startSmtpSink();
  const down = new Set<Server>();
  const dirOf = (server: Server) => join(root, 'servers', kinds[server].privateServer.folder);

  return {
    environment: { ...found.environment, SMTP_URL: mails.url },
    mails,
    crash(server) {
      const pid = readState(dirOf(server))?.processes.at(-1)?.pid;
      if (pid === undefined || down.has(server)) return;
      down.add(server);
      process.kill(pid, 'SIGKILL');
    },
    async recover(server) {
      if (!down.has(server)) return;
      await startPrivateServer(kinds[server], dirOf(server), readState(dirOf(server)));
      down.delete(server);
    },
    async flushRedis() {
      const client = await connectRedis(found.environment.REDIS_URL ?? '');
      await client.flushall();
      client.disconnect();
    },
    async close() {
      await mails.close();
      await found.release();
      await rm(root, { recursive: true, force: true });
      unwatch();
    },
  };
}
