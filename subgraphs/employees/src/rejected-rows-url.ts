import type { Clock } from '@tributary/core';
import { signDownloadPath } from '@tributary/graphql';
import type { LoadAccess } from './load-access.ts';

const validMs = 15 * 60 * 1000;

export interface DownloadUrls {
  publicUrl: string;
  secret: string;
}

/** Where to download an upload's rejected rows for 15 minutes without a token; null when it has none. */
export async function rejectedRowsUrl(
  uploadId: string,
  { loads, clock, downloads }: { loads: LoadAccess; clock: Clock; downloads: DownloadUrls },
): Promise<string | null> {
  const load = await loads.require(uploadId);
  if (load === null || load.rowsRejected === 0) return null;
  const expiresAt = new Date(clock.now().getTime() + validMs);
  const path = signDownloadPath(`/downloads/rejected-rows/${load.uploadId}`, { secret: downloads.secret, expiresAt });
  // Not new URL(path, base): that would drop a path the gateway is reached under.
  return `${downloads.publicUrl.replace(/\/$/, '')}${path}`;
}
