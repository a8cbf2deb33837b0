import { unavailable } from '@tributary/core';
import type { Redis } from 'ioredis';

/** Longer than download links work. */
const keepMs = 20 * 60_000;

export interface DeletedUploads {
  /** Makes download links of the upload useless at once, before other subgraphs have removed what they hold of it. */
  mark(uploadId: string): Promise<void>;
  /** Throws UNAVAILABLE while Redis cannot be asked. */
  has(uploadId: string): Promise<boolean>;
}

/** The uploads deleted in the last 20 minutes, shared by all subgraphs of an instance. */
export function createDeletedUploads({ redis, prefix }: { redis: Redis; prefix: string }): DeletedUploads {
  const key = (uploadId: string) => `${prefix}deleted:${uploadId}`;
  return {
    async mark(uploadId) {
      await redis.set(key(uploadId), '1', 'PX', keepMs);
    },
    async has(uploadId) {
      const count = await redis.exists(key(uploadId)).catch((cause: unknown) => {
        throw unavailable('Download links cannot be checked right now. Try again in a moment.', { cause });
      });
      return count > 0;
    },
  };
}
