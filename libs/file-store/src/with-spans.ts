import { inSpan } from '@tributary/tracing';
import type { FileStore } from './file-store.ts';

/** The same store, but writing and opening a file are spans where they are part of a trace. */
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
  };
}
