import { opendir, readdir, rm, stat } from 'node:fs/promises';
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
