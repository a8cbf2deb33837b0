import { randomUUID } from 'node:crypto';
import { invalidInput } from '@tributary/core';

const MAX_CHARACTERS = 200;
const id = '[A-Za-z0-9_-]{3,128}';
const segment = '\\.?[A-Za-z0-9_-][A-Za-z0-9._-]*';
const fileName = new RegExp(`^(uploads/${id}|results/${id}(/${segment})+)$`);
const folderName = new RegExp(`^(uploads/|results/(${id}/(${segment}/)*)?)$`);

/** Where the file of an upload lives. */
export const toUploadName = (uploadId: string) => `uploads/${uploadId}`;

/** The folder of everything that the work on an upload added. */
export const toResultFolder = (uploadId: string) => `results/${uploadId}/`;

/** The upload that a file or folder belongs to. */
export const toUploadId = (name: string) => name.split('/')[1] ?? '';

/** The name itself; BAD_USER_INPUT unless it is `uploads/<id>` or lies in `results/<id>/`. */
export function assertFileName(name: string): string {
  if (name.length <= MAX_CHARACTERS && fileName.test(name)) return name;
  throw invalidInput(`"${name.slice(0, 128)}" is not the name of a stored file.`);
}

/** The name itself; BAD_USER_INPUT unless it is `uploads/`, `results/` or a folder in `results/`. */
export function assertFolderName(name: string): string {
  if (name.length <= MAX_CHARACTERS && folderName.test(name)) return name;
  throw invalidInput(`"${name.slice(0, 128)}" is not the name of a folder of stored files.`);
}

/** The key that stores keep a file under: files of uploads have their bare id, as releases without folders stored them. */
export const toKey = (name: string) => (name.startsWith('uploads/') ? name.slice('uploads/'.length) : name);

/** The opposite of `toKey`. */
export const fromKey = (key: string) => (key.includes('/') ? key : toUploadName(key));

/** Ends the key in the id of a write; no key contains it. */
const separator = (key: string) => (key.includes('/') ? ':' : '.');

/** The id of one write of a file: its key and a random part. */
export const toWriteId = (key: string) => `${key}${separator(key)}${randomUUID()}`;

/** What the ids of all writes of a file begin with. */
export const toWritePrefix = (key: string) => `${key}${separator(key)}`;

/** The name of the file that a write was for. */
export function fromWriteId(writeId: string): string {
  const key = writeId.includes('/') ? writeId.split(':')[0] : writeId.split('.')[0];
  return fromKey(key ?? '');
}

/** The first text behind all that begin with `prefix`, in the order of ASCII. */
export const endOfPrefix = (prefix: string) =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
