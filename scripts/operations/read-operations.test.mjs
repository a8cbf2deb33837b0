import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readOperations } from './read-operations.mjs';

const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
/** @type {string} */
let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operations-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('each file of a folder and each operation of a manifest is published byte for byte, by its sha256', async () => {
  const manifest = { operations: [{ id: sha256('{ b }'), name: 'B', body: '{ b }' }] };
  await mkdir(join(folder, 'deep'));
  await writeFile(join(folder, 'deep', 'a.graphql'), '{ a }\n');
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'notes.txt'), 'no operation');
  const expected = ['{ a }\n', '{ b }'].map((text) => [sha256(text), text]);
  expect([...(await readOperations([folder]))]).toEqual(expected);
});

test('a manifest with an id that is not the sha256 is refused, as is a folder without operations', async () => {
  await expect(readOperations([folder])).rejects.toThrow('There are no operations');
  await writeFile(join(folder, 'manifest.json'), '{"operations":[{"id":"1","name":"B","body":"{ b }"}]}');
  await expect(readOperations([folder])).rejects.toThrow('the id of "B" is not the sha256');
});
