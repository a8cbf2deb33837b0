import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A state file with unusable content, for example empty after a power failure. */
export class BrokenStateFile extends Error {
  /** @param {string} file @param {string} problem */
  constructor(file, problem) {
    super(`${file} is broken: ${problem}.`);
    this.name = 'BrokenStateFile';
  }
}

/**
 * Replaces a file atomically: after a crash or power failure it has its old or its new content. Only its owner can read
 * the file, and its folder if this creates it.
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
 * The content of a JSON state file, null if there is none. Throws BrokenStateFile for other content than the JSON that
 * `isValid` accepts.
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
    throw new BrokenStateFile(file, 'it is not complete JSON');
  }
  if (!isValid(value)) throw new BrokenStateFile(file, 'it does not have the expected fields');
  return value;
}

/** A rename is durable only after its folder is synced. @param {string} folder */
function syncFolder(folder) {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } catch {
    // Not every system can sync a folder.
  } finally {
    closeSync(descriptor);
  }
}
