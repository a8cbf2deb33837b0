import { createHash } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createRedisSafelist, loadSafelist } from './safelist.ts';

const text = '{ me { id } }';
const hash = createHash('sha256').update(text).digest('hex');

test('an operation removed from Redis is refused within seconds, and one found is served while Redis is unavailable', async () => {
  let time = 0;
  let stored: string | null = text;
  let isUnavailable = false;
  const hget = async () => {
    if (isUnavailable) throw new Error('no connection');
    return stored;
  };
  const safelist = createRedisSafelist({ hget }, 'x:', () => time);
  expect(await safelist.find(hash)).toBe(text);
  time += 10_000;
  isUnavailable = true;
  expect(await safelist.find(hash)).toBe(text);
  isUnavailable = false;
  stored = null;
  expect(await safelist.find(hash)).toBeNull();
  isUnavailable = true;
  await expect(safelist.find(hash)).rejects.toThrow('no connection');
});

test('an operation removed from the file is refused within seconds; a file that cannot be read changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'safelist-'));
  const path = join(folder, 'operations.json');
  let time = 0;
  const write = async (content: string, changedAt: number) => {
    await writeFile(path, content);
    await utimes(path, changedAt, changedAt);
    time += 10_000;
  };
  await write(JSON.stringify({ [hash]: text }), 1);
  const safelist = await loadSafelist(path, () => time);
  expect(await safelist.find(hash)).toBe(text);
  await write('{', 2);
  expect(await safelist.find(hash)).toBe(text);
  await write('{}', 3);
  expect(await safelist.find(hash)).toBeNull();
  await rm(folder, { recursive: true });
});
