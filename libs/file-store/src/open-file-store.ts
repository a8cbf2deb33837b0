import { fileURLToPath } from 'node:url';
import { badConfig } from '@tributary/core';
import { inSpan } from '@tributary/tracing';
import { openDirectoryStore } from './directory-store.ts';
import { toUploadId } from './file-names.ts';
import type { FileStore } from './file-store.ts';

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

/** The same store, but writing and opening a file are spans where they are part of a trace. */
function withSpans(store: FileStore): FileStore {
  const described = (name: string) => ({ attributes: { 'tributary.file.id': toUploadId(name) } });
  return {
    ...store,
    write: (name, content, options) =>
      inSpan('file write', described(name), async (span) => {
        const stored = await store.write(name, content, options);
        span.setAttribute('tributary.file.bytes', stored.bytes);
        return stored;
      }),
    read: (name, options) => inSpan('file read', described(name), () => store.read(name, options)),
  };
}
