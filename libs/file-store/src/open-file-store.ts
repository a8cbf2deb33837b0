import { fileURLToPath } from 'node:url';
import { badConfig } from '@tributary/core';
import { openDirectoryStore } from './directory-store.ts';
import type { FileStore } from './file-store.ts';
import { openGridfsStore } from './gridfs-store.ts';

/** Opens the store a URL names: `file:///absolute/folder` (made if missing) or `mongodb://…/database` (connects lazily). */
export async function openFileStore(url: string): Promise<FileStore> {
  const { protocol } = new URL(url);
  if (protocol === 'file:') return openDirectoryStore(fileURLToPath(url));
  if (protocol === 'mongodb:' || protocol === 'mongodb+srv:') return openGridfsStore(url);
  throw badConfig(`The file store is "file:" or "mongodb:", not "${protocol}".`);
}
