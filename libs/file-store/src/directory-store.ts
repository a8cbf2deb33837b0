import { access, constants, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { conflict, isAppError, notFound } from '@tributary/core';
import { diskUnavailable, isSystemError } from './disk-errors.ts';
import {
  assertFileName,
  assertFolderName,
  fromWriteId,
  toKey,
  toUploadId,
  toWriteId,
  toWritePrefix,
} from './file-names.ts';
import type { FileStore } from './file-store.ts';
import { filesIn, linkDurably, removeUnfinished, syncFolder, uploadsIn, writeDurably } from './folder-files.ts';

/**
 * A file store in a directory. A file is written to `<root>/.incoming/` first and linked into place when complete and
 * synced, so that a visible file is a whole file. Several processes may share the directory.
 */
export async function openDirectoryStore(root: string): Promise<FileStore> {
  const incoming = join(root, '.incoming');
  const makeFolder = () => mkdir(incoming, { recursive: true });
  // A disk that is not there yet, or not writable, is waited for: each ping tries again.
  await makeFolder().catch(() => undefined);
  // The end of an id is its random part: time-ordered ids share their beginning.
  const toShard = (id: string) => id.slice(-2);
  const toPath = (name: string) => {
    const id = toUploadId(assertFileName(name));
    if (name.startsWith('uploads/')) return join(root, toShard(id), id);
    return join(root, 'results', toShard(id), name.slice('results/'.length));
  };
  const results = join(root, 'results');
  const toFolderPath = (folder: string) => {
    const id = toUploadId(folder);
    return id === '' ? results : join(results, toShard(id), folder.slice('results/'.length));
  };

  const store: FileStore = {
    async write(name, content, { signal } = {}) {
      const path = toPath(name);
      const temporary = join(incoming, toFlatName(toWriteId(toKey(name))));
      try {
        if (await exists(path)) throw conflict(`The file ${name} exists already.`);
        const stored = await writeDurably(temporary, content, signal);
        await linkDurably(temporary, path);
        return stored;
      } catch (error) {
        if (isSystemError(error, 'EEXIST')) throw conflict(`The file ${name} exists already.`);
        if (isSystemError(error, 'ENOENT') && (await exists(incoming))) {
          throw conflict(`The file ${name} was deleted while it was written.`);
        }
        throw diskUnavailable(error);
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async put(name, content) {
      try {
        await store.write(name, one(content));
      } catch (error) {
        if (!isAppError(error, 'CONFLICT') || (await store.stat(name)) === null) throw error;
      }
    },
    async read(name, { start = 0, end } = {}) {
      try {
        const file = await open(toPath(name));
        return file.createReadStream({ start, ...(end === undefined ? {} : { end }), highWaterMark: 256 * 1024 });
      } catch (error) {
        throw isSystemError(error, 'ENOENT') ? notFound(`There is no file ${name}.`) : diskUnavailable(error);
      }
    },
    async stat(name) {
      try {
        return { bytes: (await stat(toPath(name))).size };
      } catch (error) {
        if (isSystemError(error, 'ENOENT')) return null;
        throw diskUnavailable(error);
      }
    },
    async delete(name) {
      const path = toPath(name);
      const prefix = toFlatName(toWritePrefix(toKey(name)));
      await removeUnfinished(incoming, async (file) => file.startsWith(prefix));
      if (!(await exists(path))) return;
      await rm(path, { force: true });
      await syncFolder(dirname(path));
    },
    async deleteFolder(folder) {
      if (toUploadId(assertFolderName(folder)) === '') throw new Error(`The folder ${folder} is never deleted whole.`);
      const path = toFolderPath(folder);
      await removeUnfinished(incoming, async (file) => file.startsWith(toFlatName(folder)));
      if (!(await exists(path))) return;
      await rm(path, { recursive: true, force: true });
      await syncFolder(dirname(path));
    },
    async *list(folder) {
      if (folder === undefined || assertFolderName(folder) === 'uploads/') yield* uploadsIn(root);
      if (folder === 'uploads/') return;
      for await (const { path, ...entry } of filesIn(toFolderPath(folder ?? 'results/'))) {
        // The shard is no part of a name.
        const name = folder === undefined || folder === 'results/' ? path.slice(path.indexOf('/') + 1) : path;
        yield { name: `${toUploadId(folder ?? '') === '' ? 'results/' : folder}${name}`, ...entry };
      }
    },
    sweep: ({ olderThanMs, isForgotten }) =>
      removeUnfinished(incoming, async (file, ageMs) => {
        const name = fromWriteId(fromFlatName(file));
        return ageMs > olderThanMs && ((await exists(toPath(name))) || (await isForgotten(name)));
      }),
    async ping() {
      try {
        await makeFolder();
        await access(incoming, constants.W_OK);
      } catch (error) {
        throw diskUnavailable(error);
      }
    },
    async close() {},
  };
  return store;
}

/** A path as the name of one file; no name of a stored file contains a tilde. */
const toFlatName = (path: string) => path.replaceAll('/', '~');
const fromFlatName = (file: string) => file.replaceAll('~', '/');

const exists = async (path: string) => (await stat(path).catch(() => null)) !== null;

async function* one(content: Uint8Array) {
  yield content;
}
