import { link, mkdir, open, opendir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { diskUnavailable, isSystemError } from './disk-errors.ts';
import { toUploadName } from './file-names.ts';
import { countAndHash, type FileEntry, type StoredFile } from './file-store.ts';

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
  if (created === undefined) return;
  for (let made = folder; made.length >= created.length; made = dirname(made)) await syncFolder(dirname(made));
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

/** The files of uploads: those in the two-letter folders directly under `root`; one deleted meanwhile is skipped. */
export async function* uploadsIn(root: string): AsyncGenerator<FileEntry> {
  for await (const folder of await opendir(root)) {
    if (!folder.isDirectory() || folder.name.length !== 2) continue;
    for await (const file of await opendir(join(root, folder.name))) {
      const found = await stat(join(root, folder.name, file.name)).catch(() => null);
      if (found?.isFile()) yield { name: toUploadName(file.name), bytes: found.size, createdAt: found.mtime };
    }
  }
}

/** The files anywhere under a folder by their paths below it; none when it is missing. One deleted meanwhile is skipped. */
export async function* filesIn(folder: string): AsyncGenerator<Omit<FileEntry, 'name'> & { path: string }> {
  const entries = await opendir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return [];
    throw diskUnavailable(error);
  });
  for await (const entry of entries) {
    if (entry.isDirectory()) {
      for await (const { path, ...file } of filesIn(join(folder, entry.name)))
        yield { path: `${entry.name}/${path}`, ...file };
      continue;
    }
    const found = await stat(join(folder, entry.name)).catch(() => null);
    if (found?.isFile()) yield { path: entry.name, bytes: found.size, createdAt: found.mtime };
  }
}

/** Removes those files of one folder for which `isDoomed`; their age counts from when they were last written. */
export async function removeUnfinished(
  folder: string,
  isDoomed: (name: string, ageMs: number) => Promise<boolean>,
): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && (await isDoomed(name, Date.now() - found.mtimeMs))) await rm(path, { force: true });
  }
}
