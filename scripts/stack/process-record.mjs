import { chmodSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BrokenStateFile, readStateFile, writeStateFile } from '../checkout/state-file.mjs';
import { endProcess, findByLogFolder, getOwnIdentity, isIdentity, isRunning } from '../processes/identity.mjs';

/**
 * The process that runs an instance, the instance's processes, and its address.
 *
 * @typedef {import('../processes/identity.mjs').Identity} Identity
 * @typedef {{ owner: Identity | null, processes: Record<string, Identity>, gatewayUrl?: string }} ProcessRecord
 */

/**
 * Stores the ids of an instance's processes on disk, so that they are found after their parent was killed. Processes of
 * an earlier start are ended first; throws while the instance is running.
 *
 * @param {string} dataDir
 * @returns {Promise<{ leftOvers: string[], add(name: string, identity: Identity): void, setGatewayUrl(url: string): void }>}
 */
export async function openProcessRecord(dataDir) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  assertNotRunning(dataDir);
  const before = readProcessRecord(dataDir);
  const leftOvers = Object.entries(before?.processes ?? {}).filter(([, identity]) => isRunning(identity));
  await Promise.all(leftOvers.map(([, identity]) => endProcess(identity)));

  /** @type {ProcessRecord} */
  const record = { owner: getOwnIdentity(), processes: {} };
  const save = () => writeStateFile(recordFile(dataDir), JSON.stringify(record));
  save();
  return {
    leftOvers: leftOvers.map(([name]) => name),
    add(name, identity) {
      record.processes[name] = identity;
      save();
    },
    setGatewayUrl(url) {
      record.gatewayUrl = url;
      save();
    },
  };
}

/**
 * Throws an error with the address while another process runs the instance.
 *
 * @param {string} dataDir
 */
export function assertNotRunning(dataDir) {
  const { owner, gatewayUrl } = readProcessRecord(dataDir) ?? {};
  if (!owner || owner.pid === process.pid || !isRunning(owner)) return;
  const where = gatewayUrl ? `Already running at ${gatewayUrl}` : 'Already running or starting';
  throw new Error(`${where} (process ${owner.pid}). Press Ctrl-C in its terminal first.`);
}

/**
 * The record of the last start, null if there is none. A broken record is replaced by the running processes that log
 * into the instance's folder.
 *
 * @param {string} dataDir
 * @returns {ProcessRecord | null}
 */
export function readProcessRecord(dataDir) {
  try {
    return readStateFile(recordFile(dataDir), isRecord);
  } catch (error) {
    if (!(error instanceof BrokenStateFile)) throw error;
    const found = findByLogFolder(join(dataDir, 'logs')).map(
      ({ logFile, ...identity }) => /** @type {const} */ ([`${basename(logFile, '.log')} ${identity.pid}`, identity]),
    );
    return { owner: null, processes: Object.fromEntries(found) };
  }
}

const recordFile = (/** @type {string} */ dataDir) => join(dataDir, 'processes.json');

/** @param {any} value @returns {value is ProcessRecord} */
const isRecord = (value) =>
  isIdentity(value?.owner) &&
  typeof value.processes === 'object' &&
  value.processes !== null &&
  Object.values(value.processes).every(isIdentity);
