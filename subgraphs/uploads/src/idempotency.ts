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
    throw conflict(`The idempotency key "${key}" belongs to an upload of the kind ${original.kind}.`, {
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
  }
  if (!isDeepStrictEqual(toOptions(original), options)) {
    throw conflict(`The idempotency key "${key}" belongs to an upload with other options.`, {
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
  }
  const hash = createHash('sha256');
  for await (const chunk of file.content) hash.update(chunk);
  if (hash.digest('hex') !== original.sha256) {
    throw conflict(`The idempotency key "${key}" belongs to an upload with other content.`, {
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
  }
  return original;
}
