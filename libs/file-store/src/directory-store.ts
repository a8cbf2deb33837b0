import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { conflict, notFound } from '@tributary/core';
import { diskUnavailable, isSystemError } from './disk-errors.ts';
import { assertFileId, type FileStore } from './file-store.ts';
import { filesUnder, linkDurably, removeUnfinished, syncFolder, writeDurably } from './folder-files.ts';

/**
 * A file store in a directory: `<root>/<last two characters>/<id>`, written to `<root>/.incoming/<id>.<random>` first and
 * linked into place when complete and synced, so that a file seen is a whole file. Several processes may share the directory.
 */
export async function openDirectoryStore(root: string): Promise<FileStore> {
  const incoming = join(root, '.incoming');
  const makeFolder = () => mkdir(incoming, { recursive: true });
  // A disk that is not there yet, or not writable, is waited for: each ping tries again.
  await makeFolder().catch(() => undefined);
  // The end of an id is its random part: time-ordered ids share their beginning.
  const toPath = (id: string) => join(root, assertFileId(id).slice(-2), id);

  return {
    async write(id, content, { signal } = {}) {
      const path = toPath(id);
      const temporary = join(incoming, `${id}.${randomUUID()}`);
      try {
        if (await exists(path)) throw conflict(`The file ${id} exists already.`);
        const stored = await writeDurably(temporary, content, signal);
        await linkDurably(temporary, path);
        return stored;
      } catch (error) {
        if (isSystemError(error, 'EEXIST')) throw conflict(`The file ${id} exists already.`);
        if (isSystemError(error, 'ENOENT') && (await exists(incoming))) {
          throw conflict(`The file ${id} was deleted while it was written.`);
        }
        throw diskUnavailable(error);
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async read(id, { start = 0, end } = {}) {
      try {
        const file = await open(toPath(id));
        return file.createReadStream({ start, ...(end === undefined ? {} : { end }), highWaterMark: 256 * 1024 });
      } catch (error) {
        throw isSystemError(error, 'ENOENT') ? notFound(`There is no file ${id}.`) : diskUnavailable(error);
      }
    },
    async stat(id) {
      try {
        return { bytes: (await stat(toPath(id))).size };
      } catch (error) {
        if (isSystemError(error, 'ENOENT')) return null;
        throw diskUnavailable(error);
      }
    },
    async delete(id) {
      const path = toPath(id);
      await removeUnfinished(incoming, async (name) => name.startsWith(`${id}.`));
      if (!(await exists(path))) return;
      await rm(path, { force: true });
      await syncFolder(dirname(path));
    },
    list: () => filesUnder(root),
    sweep: ({ olderThanMs, isForgotten }) =>
      removeUnfinished(incoming, async (name, ageMs) => {
        const [id = ''] = name.split('.');
        return ageMs > olderThanMs && ((await exists(toPath(id))) || (await isForgotten(id)));
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
}

const exists = async (path: string) => (await stat(path).catch(() => null)) !== null;
