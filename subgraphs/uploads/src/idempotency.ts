import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { conflict } from '@tributary/core';
import { toOptions, type Upload, type UploadsDb } from '@tributary/uploads-db';
import type { IncomingFile } from './incoming-file.ts';

/** The upload a user's idempotency key was used for before, or null. */
export async function findOriginal({ client }: UploadsDb, ownerId: string, idempotencyKey: string | null) {
  if (idempotencyKey === null) return null;
  return client.upload.findFirst({ where: { ownerId, idempotencyKey } });
}

/** The original, if the file sent again has its kind, options and content; else CONFLICT. Reads the file without storing it. */
export async function assertIdempotentReplay(
  original: Upload,
  { kind, options, file }: { kind: string; options: Readonly<Record<string, unknown>>; file: IncomingFile },
): Promise<Upload> {
  const key = original.idempotencyKey;
  if (original.kind !== kind) {
    throw conflict(`The idempotency key "${key}" was used before for a file of the kind ${original.kind}.`);
  }
  if (!isDeepStrictEqual(toOptions(original), options)) {
    throw conflict(`The idempotency key "${key}" was used before with other options.`);
  }
  const hash = createHash('sha256');
  for await (const chunk of file.content) hash.update(chunk);
  if (hash.digest('hex') !== original.sha256) {
    throw conflict(`The idempotency key "${key}" was used before for another file.`);
  }
  return original;
}
