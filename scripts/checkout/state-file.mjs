import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A state file whose content cannot be used, such as one left empty by a power cut. */
export class BrokenStateFile extends Error {
  /** @param {string} file @param {string} problem */
  constructor(file, problem) {
    super(`${file} is broken: ${problem}.`);
    this.name = 'BrokenStateFile';
  }
}

/**
 * Replaces a file in one step: after a crash or a power cut it has its old content or the new one. Only its owner can read
 * it, and the folder if it is new.
 *
 * @param {string} file
 * @param {string} text
 */
export function writeStateFile(file, text) {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  const descriptor = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
  syncFolder(folder);
}

/**
 * The content of a JSON state file, null if there is none. Throws BrokenStateFile for anything but the JSON `isValid` accepts.
 *
 * @template T
 * @param {string} file
 * @param {(value: any) => value is T} isValid
 * @returns {T | null}
 */
export function readStateFile(file, isValid) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return null;
    throw error;
  }
  if (text.trim() === '') throw new BrokenStateFile(file, 'it is empty');
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BrokenStateFile(file, 'it is not JSON, or only a part of it');
  }
  if (!isValid(value)) throw new BrokenStateFile(file, 'it does not hold what belongs there');
  return value;
}

/** A renamed file is certain only when its folder is on the disk too. @param {string} folder */
function syncFolder(folder) {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } catch {
    // Not every system can do that for a folder.
  } finally {
    closeSync(descriptor);
  }
}
