import type { Clock } from '@tributary/core';
import { signDownloadPath } from '@tributary/graphql';

export interface DownloadUrls {
  /** How clients reach the gateway. */
  readonly publicUrl: string;
  readonly secret: string;
}

const validMs = 15 * 60_000;

/** A URL that downloads this one upload's file, for 15 minutes, without a token. */
export function downloadUrl(uploadId: string, { publicUrl, secret }: DownloadUrls, clock: Clock): string {
  const expiresAt = new Date(clock.now().getTime() + validMs);
  const path = signDownloadPath(`/downloads/files/${uploadId}`, { secret, expiresAt });
  return `${publicUrl.replace(/\/$/, '')}${path}`;
}
