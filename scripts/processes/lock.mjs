import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BrokenStateFile, readStateFile } from '../checkout/state-file.mjs';
import { getOwnIdentity, isIdentity, isRunning } from './identity.mjs';

const SILENT_WAIT_MS = 2_000;

/**
 * Runs `work` while no other process holds the same lock file. A lock is taken over if its holder has ended or the file
 * is broken; `note` is called once while a running holder is waited for.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(text: string) => void} [note]
 * @returns {Promise<T>}
 */
export async function withLock(file, work, note = (text) => void process.stderr.write(`${text}\n`)) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const noteAt = Date.now() + SILENT_WAIT_MS;
  for (let isNoted = false; !tryToLock(file); await delay(100)) {
    const holder = readHolder(file);
    if (holder === null || !isRunning(holder)) removeStaleLock(file);
    else if (!isNoted && Date.now() > noteAt) {
      note(`Waiting for process ${holder.pid}, which holds ${file}.`);
      isNoted = true;
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Links a complete file into place, so that no process reads a part of it. @param {string} file */
function tryToLock(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify(getOwnIdentity()), { mode: 0o600 });
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** @param {string} file */
function readHolder(file) {
  try {
    return readStateFile(file, isIdentity);
  } catch (error) {
    if (error instanceof BrokenStateFile) return null;
    throw error;
  }
}

/** Removes a lock without a holder; restores it if another process took it over first. @param {string} file */
function removeStaleLock(file) {
  const aside = `${file}.${process.pid}.old`;
  try {
    renameSync(file, aside);
    const holder = readHolder(aside);
    if (holder !== null && isRunning(holder)) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(Reflect.get(Object(error), 'code'))) throw error;
  }
  rmSync(aside, { force: true });
}
