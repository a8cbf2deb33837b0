import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, isRunning, ownIdentity } from '../processes/identity.mjs';

/**
 * Who runs an instance, and which processes belong to it.
 *
 * @typedef {{ owner: import('../processes/identity.mjs').Identity, processes: Record<string, import('../processes/identity.mjs').Identity> }} Record
 */

/**
 * Keeps the ids of an instance's processes on disk, so that they are found after whoever started them was killed. What such
 * a one left behind is ended first; if it is still there the instance is in use, which is an error.
 *
 * @param {string} dataDir
 * @returns {Promise<{ leftOvers: string[], add(name: string, identity: import('../processes/identity.mjs').Identity): void }>}
 */
export async function openProcessRecord(dataDir) {
  const file = join(dataDir, 'processes.json');
  mkdirSync(dataDir, { recursive: true });
  /** @type {Record | null} */
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  const own = ownIdentity();
  if (
    before &&
    before.owner.pid !== own.pid &&
    isRunning(before.owner) &&
    Object.values(before.processes).some(isRunning)
  ) {
    throw new Error(`This instance is already running, started by process ${before.owner.pid}: stop that one first.`);
  }
  const leftOvers = Object.entries(before?.processes ?? {}).filter(([, identity]) => isRunning(identity));
  await Promise.all(leftOvers.map(([, identity]) => endProcess(identity)));

  /** @type {Record} */
  const record = { owner: own, processes: {} };
  const save = () => writeFileSync(file, JSON.stringify(record));
  save();
  return {
    leftOvers: leftOvers.map(([name]) => name),
    add(name, identity) {
      record.processes[name] = identity;
      save();
    },
  };
}
