import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readStateFile, writeStateFile } from '../../scripts/checkout/state-file.mjs';
import {
  endProcess,
  findByLogFolder,
  getOwnIdentity,
  isIdentity,
  isRunning,
} from '../../scripts/processes/identity.mjs';
import { readState } from '../../scripts/servers/private-server-state.mjs';
import { readProcessRecord } from '../../scripts/stack/process-record.mjs';

const prefix = 'tributary-chaos-';
const ownerFile = (/** @type {string} */ folder) => join(folder, 'owner.json');

/**
 * A new temporary folder of this process. Servers and stacks in it are found and ended after this process was killed.
 *
 * @param {string} name
 */
export function createOwnedFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${name}-`));
  writeStateFile(ownerFile(folder), JSON.stringify(getOwnIdentity()));
  return folder;
}

/**
 * Kills servers and stacks whose owner was killed; resolves with the number of processes. Folders of servers are
 * deleted, those of stacks stay because of their logs.
 */
export async function endLeftovers() {
  const folders = readdirSync(tmpdir()).flatMap((name) => (name.startsWith(prefix) ? [join(tmpdir(), name)] : []));
  const counts = await Promise.all(folders.filter(isOrphaned).map(endProcessesIn));
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Starts a process that waits for the end of this one, including SIGKILL, and then ends its servers and stacks. Returns
 * a function that ends the reaper.
 */
export function startReaper() {
  const watcher = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(getOwnIdentity())], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  const { stdin } = watcher;
  // The pipe would keep the event loop running.
  Reflect.get(stdin ?? {}, 'unref')?.call(stdin);
  return () => void stdin?.end();
}

/** A folder may be deleted meanwhile. @param {string} folder */
function isOrphaned(folder) {
  try {
    const owner = readStateFile(ownerFile(folder), isIdentity);
    return owner !== null && !isRunning(owner);
  } catch {
    return false;
  }
}

/** @param {string} folder */
async function endProcessesIn(folder) {
  const serversDir = join(folder, 'servers');
  const isLane = existsSync(serversDir);
  const servers = isLane ? readdirSync(serversDir, { withFileTypes: true }) : [];
  const all = [
    ...findByLogFolder(folder),
    ...Object.values(readProcessRecord(folder)?.processes ?? {}),
    ...servers.flatMap((one) => (one.isDirectory() ? (readState(join(serversDir, one.name))?.processes ?? []) : [])),
  ];
  const running = [...new Map(all.map((identity) => [identity.pid, identity])).values()].filter(isRunning);
  await Promise.all(running.map((identity) => endProcess(identity, { graceMs: 0 })));
  rmSync(isLane ? folder : ownerFile(folder), { recursive: true, force: true });
  return running.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const owner = JSON.parse(process.argv[2] ?? 'null');
  for await (const _ of process.stdin);
  // The pipe closes shortly before the process has ended.
  for (let tries = 0; isRunning(owner) && tries < 50; tries += 1) await pause(100);
  await endLeftovers();
}
