import { link, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { countAndHash } from './count-and-hash.ts';
import type { StoredFile } from './file-store.ts';

/** Writes a new file and resolves once its content is on the disk; on an error the caller removes what is left. */
export async function writeDurably(
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<StoredFile> {
  const { stream, result } = countAndHash();
  const file = await open(path, 'wx', 0o640);
  await pipeline(content, stream, file.createWriteStream({ flush: true }), signal ? { signal } : {});
  return result();
}

/** Gives a synced file its name, atomically and only if nothing has that name (EEXIST); survives a power cut afterwards. */
export async function linkDurably(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  const created = await mkdir(folder, { recursive: true });
  await link(from, to);
  await syncFolder(folder);
  if (created !== undefined) await syncFolder(dirname(folder));
}

/** Makes names added to or removed from a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
