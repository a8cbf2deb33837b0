import { inSpan } from '@tributary/tracing';
import type { FileStore } from './file-store.ts';

/** The same store, but writing, opening and deleting a file are spans where they are part of a trace. */
export function withSpans(store: FileStore): FileStore {
  const described = (id: string) => ({ attributes: { 'tributary.file.id': id } });
  return {
    ...store,
    write: (id, content, options) =>
      inSpan('file write', described(id), async (span) => {
        const stored = await store.write(id, content, options);
        span.setAttribute('tributary.file.bytes', stored.bytes);
        return stored;
      }),
    read: (id, options) => inSpan('file read', described(id), () => store.read(id, options)),
    delete: (id) => inSpan('file delete', described(id), () => store.delete(id)),
  };
}
