import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files in the folders directly under `root`, dotted ones left out; one deleted meanwhile is skipped. */
export async function* filesUnder(root: string): AsyncGenerator<{ id: string; createdAt: Date }> {
  for await (const folder of await opendir(root)) {
    if (!folder.isDirectory() || folder.name.startsWith('.')) continue;
    for await (const file of await opendir(join(root, folder.name))) {
      const found = await stat(join(root, folder.name, file.name)).catch(() => null);
      if (found?.isFile()) yield { id: file.name, createdAt: found.mtime };
    }
  }
}

/** Removes the files of one folder that were last written more than `olderThanMs` ago. */
export async function removeOldFiles(folder: string, olderThanMs: number): Promise<void> {
  for await (const file of await opendir(folder)) {
    const path = join(folder, file.name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > olderThanMs) await rm(path, { force: true });
  }
}
