import { fileURLToPath } from 'node:url';
import { badConfig } from '@tributary/core';
import { openDirectoryStore } from './directory-store.ts';
import type { FileStore } from './file-store.ts';
import { withSpans } from './with-spans.ts';

/** Opens the store a URL names: `file:///absolute/folder` (made if missing) or `mongodb://…/database` (connects lazily). */
export async function openFileStore(url: string): Promise<FileStore> {
  const { protocol } = new URL(url);
  if (protocol === 'file:') return withSpans(await openDirectoryStore(fileURLToPath(url)));
  if (protocol === 'mongodb:' || protocol === 'mongodb+srv:') {
    // The driver costs 10 MB of memory: only who uses it loads it.
    const { openGridfsStore } = await import('./gridfs-store.ts');
    return withSpans(await openGridfsStore(url));
  }
  throw badConfig(`The file store is "file:" or "mongodb:", not "${protocol}".`);
}
