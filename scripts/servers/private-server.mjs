import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, ownIdentity } from '../processes/identity.mjs';
import { withLock } from '../processes/lock.mjs';
import { endPrivateServer, loginProblem, readState } from './private-server-state.mjs';
import { startPrivateServer } from './start-private-server.mjs';

/**
 * How to run a server as processes of this checkout, as nobody's service.
 *
 * @typedef {object} PrivateServer
 * @property {string} folder under .data/servers
 * @property {string} program tells that the package is installed
 * @property {string[]} ports names of the ports it needs; the first is the one clients connect to
 * @property {(dir: string, isNew: boolean) => Promise<Record<string, string>>} prepare makes its data folder; the paths it resolves with go to `processes`
 * @property {(dir: string, ports: Record<string, number>, paths: Record<string, string>) => Command[]} processes in the order they start
 * @property {(ports: Record<string, number>) => Record<string, string>} environment
 *
 * @typedef {{ command: string, args: string[], env: Record<string, string> }} Command
 */

/**
 * The checkout's own server: the running one (also one left behind by a killed start), else a new one on the same
 * data. It runs once however many use it, and ends with `release` by the last of them.
 *
 * @param {import('./types.mjs').ServerKind} kind
 * @param {string} serversDir
 * @returns {Promise<import('./types.mjs').Found>}
 */
export async function borrowPrivateServer(kind, serversDir) {
  const dir = join(serversDir, kind.privateServer.folder);
  const lockFile = join(serversDir, `${kind.privateServer.folder}.lock`);
  const ports = await withLock(lockFile, async () => {
    const state = readState(dir);
    const isInOrder = state?.processes.every(isRunning) && (await loginProblem(kind, state.ports)) === null;
    const { ports } = state && isInOrder ? state : await startPrivateServer(kind, dir, state);
    addUser(dir);
    return ports;
  });
  return {
    how: `private, on port ${Object.values(ports)[0]}`,
    environment: kind.privateServer.environment(ports),
    release: () => withLock(lockFile, () => leave(dir)),
  };
}

/** @param {string} dir */
function addUser(dir) {
  const own = ownIdentity();
  mkdirSync(join(dir, 'users'), { recursive: true });
  writeFileSync(join(dir, 'users', String(own.pid)), JSON.stringify(own));
}

/** @param {string} dir */
async function leave(dir) {
  const users = join(dir, 'users');
  rmSync(join(users, String(process.pid)), { force: true });
  const isUsed = readdirSync(users).some((user) => isRunning(JSON.parse(readFileSync(join(users, user), 'utf8'))));
  const state = readState(dir);
  if (state && !isUsed) await endPrivateServer(state);
}
