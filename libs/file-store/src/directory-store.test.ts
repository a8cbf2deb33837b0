import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { FileStore } from './file-store.ts';
import { openFileStore } from './open-file-store.ts';

let folder: string;
let store: FileStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-store-'));
  store = await openFileStore(pathToFileURL(folder).href);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function* text(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}

async function contentOf(id: string, options?: { start: number; end?: number }) {
  const parts: Buffer[] = [];
  for await (const part of await store.read(id, options)) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('a written file is read back, whole and from an offset, with its size and hash', async () => {
  const stored = await store.write('a-file', text('hello ', 'world'));
  expect(stored).toEqual({ bytes: 11, sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9' });
  expect(await contentOf('a-file')).toBe('hello world');
  expect(await contentOf('a-file', { start: 6, end: 8 })).toBe('wor');
  expect(await store.stat('a-file')).toEqual({ bytes: 11 });
});

test('an id is written once: the second writer gets CONFLICT and the first content stands', async () => {
  await store.write('a-file', text('first'));
  await expect(store.write('a-file', text('second'))).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await contentOf('a-file')).toBe('first');
});

test('content that breaks off leaves nothing', async () => {
  async function* broken() {
    yield Buffer.from('half');
    throw new Error('gone');
  }
  await expect(store.write('a-file', broken())).rejects.toThrow('gone');
  expect(await store.stat('a-file')).toBeNull();
  expect(await readdir(join(folder, '.incoming'))).toEqual([]);
});

test.each(['../../etc/passwd', '..', 'a/b', '', '.incoming'])('%j is no id', async (id) => {
  await expect(store.write(id, text('x'))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

test('deleting is idempotent, and what is deleted is NOT_FOUND and not listed', async () => {
  await store.write('a-file', text('x'));
  await store.delete('a-file');
  await store.delete('a-file');
  await expect(store.read('a-file')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  for await (const file of store.list()) throw new Error(`listed ${file.id}`);
});
