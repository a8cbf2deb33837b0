import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { badConfig } from '@tributary/core';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** The operations that were published. `find` gives a document by its sha256, null where it was not published. */
export interface Safelist {
  find(hash: string): Promise<string | null>;
}

const documents = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.string());

/** Those of `<prefix>operations` in Redis; once found they are remembered, also while Redis is away. Rejects for others then. */
export function createRedisSafelist(redis: Redis, prefix: string): Safelist {
  const known = new Map<string, string>();
  return {
    async find(hash) {
      const before = known.get(hash);
      if (before !== undefined) return before;
      const text = await redis.hget(`${prefix}operations`, hash);
      if (text !== null) known.set(hash, text);
      return text;
    },
  };
}

/** Those of a file: JSON, each document by its sha256. Throws BAD_CONFIG for what is no such file. */
export async function loadSafelist(path: string): Promise<Safelist> {
  try {
    const known = new Map(Object.entries(documents.parse(JSON.parse(await readFile(path, 'utf8')))));
    const wrong = [...known].find(([hash, text]) => createHash('sha256').update(text).digest('hex') !== hash);
    if (wrong) throw new Error(`${wrong[0]} is not the sha256 of its document`);
    return { find: async (hash) => known.get(hash) ?? null };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw badConfig(`OPERATIONS_FILE: ${path} cannot be read: ${reason}`, { cause });
  }
}

export const emptySafelist: Safelist = { find: async () => null };
