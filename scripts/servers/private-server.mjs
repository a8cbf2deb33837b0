import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BrokenStateFile, readStateFile, writeStateFile } from '../checkout/state-file.mjs';
import { getOwnIdentity, isIdentity, isRunning } from '../processes/identity.mjs';
import { withLock } from '../processes/lock.mjs';
import { endPrivateServer, loginProblem, readState } from './private-server-state.mjs';
import { startPrivateServer } from './start-private-server.mjs';

/**
 * How to run a server as processes of this checkout instead of a service.
 *
 * @typedef {object} PrivateServer
 * @property {string} folder under .data/servers
 * @property {string} program exists if the package is installed
 * @property {string[]} ports names of the ports it needs; clients connect to the first
 * @property {(dir: string, isNew: boolean) => Promise<Record<string, string>>} prepare creates its data folder and resolves with paths for `processes`
 * @property {(dir: string, ports: Record<string, number>, paths: Record<string, string>) => Command[]} processes in the order they start
 * @property {(ports: Record<string, number>) => Record<string, string>} environment
 *
 * @typedef {{ command: string, args: string[], env: Record<string, string> }} Command
 */

/**
 * The checkout's private server: the running one, including one that a killed start left running, or a new one on the
 * same data. All users share one server; it ends when the last of them calls `release`.
 *
 * @param {import('./types.mjs').ServerKind} kind
 * @param {string} serversDir
 * @returns {Promise<import('./types.mjs').Found>}
 */
export async function acquirePrivateServer(kind, serversDir) {
  const dir = join(serversDir, kind.privateServer.folder);
  const lockFile = join(serversDir, `${kind.privateServer.folder}.lock`);
  const ports = await withLock(lockFile, async () => {
    const state = readState(dir);
    const { ports } = state && (await isHealthy(kind, state)) ? state : await startPrivateServer(kind, dir, state);
    addUser(dir);
    return ports;
  });
  return {
    how: `private, on port ${Object.values(ports)[0]}`,
    environment: kind.privateServer.environment(ports),
    release: () => withLock(lockFile, () => release(dir)),
  };
}

/** @param {import('./types.mjs').ServerKind} kind @param {import('./private-server-state.mjs').State} state */
const isHealthy = async (kind, { ports, processes }) =>
  kind.privateServer.ports.every((name) => name in ports) &&
  processes.length > 0 &&
  processes.every(isRunning) &&
  (await loginProblem(kind, ports)) === null;

/** @param {string} dir */
function addUser(dir) {
  const own = getOwnIdentity();
  writeStateFile(join(dir, 'users', String(own.pid)), JSON.stringify(own));
}

/** @param {string} dir */
async function release(dir) {
  const users = join(dir, 'users');
  rmSync(join(users, String(process.pid)), { force: true });
  // Former users are removed, so that a later process with the same pid does not count as a user.
  for (const name of readdirSync(users)) if (!isUser(join(users, name))) rmSync(join(users, name), { force: true });
  const state = readState(dir);
  if (state && readdirSync(users).length === 0) await endPrivateServer(state);
}

/** A broken file has no user: running processes write it atomically. @param {string} file */
function isUser(file) {
  try {
    const user = readStateFile(file, isIdentity);
    return user !== null && isRunning(user);
  } catch (error) {
    if (error instanceof BrokenStateFile) return false;
    throw error;
  }
}
