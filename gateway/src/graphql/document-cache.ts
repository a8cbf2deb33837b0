import type { DocumentNode } from 'graphql';

const maxBytes = 64 * 1024 * 1024;
/** Approximate memory of one token of a document, as part of its syntax tree. */
const bytesPerToken = 400;

/**
 * Parsed documents by their text: an LRU with a budget of bytes, so that neither many nor large documents fill the
 * memory.
 */
export function createDocumentCache(options: { maxBytes: number } = { maxBytes }) {
  const kept = new Map<string, { document: DocumentNode; bytes: number }>();
  let bytes = 0;

  return {
    /** Nothing is cached if `read` throws. */
    get(text: string, read: () => DocumentNode): DocumentNode {
      const known = kept.get(text);
      if (known) {
        kept.delete(text);
        kept.set(text, known);
        return known.document;
      }
      const document = read();
      const entry = { document, bytes: 2 * text.length + bytesPerToken * countTokens(document) };
      kept.set(text, entry);
      bytes += entry.bytes;
      for (const [oldest, { bytes: freed }] of kept) {
        if (bytes <= options.maxBytes) break;
        kept.delete(oldest);
        bytes -= freed;
      }
      return document;
    },
    bytes: () => bytes,
  };
}

function countTokens({ loc }: DocumentNode): number {
  let count = 0;
  for (let token = loc?.startToken ?? null; token; token = token.next) count += 1;
  return count;
}
