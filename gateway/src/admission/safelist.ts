import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { badConfig } from '@tributary/core';
import { z } from 'zod';

/** The published operations. `find` returns a document by its sha256, or null if it was not published. */
export interface Safelist {
  find(hash: string): Promise<string | null>;
}

interface HashReader {
  hget(key: string, field: string): Promise<string | null>;
}

const documents = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.string());

/** How long an answer of Redis, or the file's modification time, is cached: a removal takes effect after that. */
const FRESH_MS = 5_000;

/**
 * The operations in `<prefix>operations` in Redis; once found they are served while Redis is unavailable. Rejects for
 * others then.
 */
export function createRedisSafelist(redis: HashReader, prefix: string, now = Date.now): Safelist {
  const known = new Map<string, { text: string; readAt: number }>();
  return {
    async find(hash) {
      const before = known.get(hash);
      if (before && now() - before.readAt < FRESH_MS) return before.text;
      try {
        const text = await redis.hget(`${prefix}operations`, hash);
        if (text === null) known.delete(hash);
        else known.set(hash, { text, readAt: now() });
        return text;
      } catch (error) {
        if (before) return before.text;
        throw error;
      }
    },
  };
}

/**
 * The operations of a JSON file, each document by its sha256. The file is read again after a change; while it cannot be
 * read, the previous content stays. Throws BAD_CONFIG for an invalid file at the start.
 */
export async function loadSafelist(path: string, now = Date.now): Promise<Safelist> {
  let [known, changedAt, lookedAt] = [await readDocuments(path), await lastChange(path), now()];
  return {
    async find(hash) {
      if (now() - lookedAt >= FRESH_MS) {
        lookedAt = now();
        const latest = await lastChange(path);
        if (latest !== changedAt) {
          const read = await readDocuments(path).catch(() => null);
          if (read) [known, changedAt] = [read, latest];
        }
      }
      return known.get(hash) ?? null;
    },
  };
}

/** The file's modification time; 0 while there is none. */
const lastChange = (path: string) =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );

async function readDocuments(path: string): Promise<Map<string, string>> {
  try {
    const known = new Map(Object.entries(documents.parse(JSON.parse(await readFile(path, 'utf8')))));
    const wrong = [...known].find(([hash, text]) => createHash('sha256').update(text).digest('hex') !== hash);
    if (wrong) throw new Error(`${wrong[0]} is not the sha256 of its document`);
    return known;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw badConfig(`OPERATIONS_FILE: ${path} cannot be read: ${reason}`, { cause });
  }
}

export const emptySafelist: Safelist = { find: async () => null };
