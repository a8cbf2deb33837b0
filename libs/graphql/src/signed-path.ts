import { createHmac, timingSafeEqual } from 'node:crypto';
import { forbidden, unauthenticated } from '@tributary/core';
import type { Request } from 'express';
import type { Viewer } from './viewer.ts';

/**
 * The path with its expiry and a signature over both: anyone who has it may download this one path until it expires.
 */
export function signDownloadPath(path: string, { secret, expiresAt }: { secret: string; expiresAt: Date }): string {
  const separator = path.includes('?') ? '&' : '?';
  const signed = `${path}${separator}expires=${Math.ceil(expiresAt.getTime() / 1000)}`;
  return `${signed}&signature=${createSignature(signed, secret).toString('base64url')}`;
}

/**
 * Who downloads: the viewer of a request with a token, whatever became of its link, or null for the holder of a valid
 * link. Throws FORBIDDEN for a link that expired or was changed, and UNAUTHENTICATED without link and token.
 */
export async function authorizeDownload(
  request: Request,
  { viewerOf, secret, now }: { viewerOf: (request: Request) => Promise<Viewer | null>; secret: string; now: Date },
): Promise<Viewer | null> {
  const viewer = request.get('authorization') === undefined ? null : await viewerOf(request);
  if (viewer !== null || hasValidSignature(request.originalUrl, secret, now)) return viewer;
  throw unauthenticated(`Sign in to download this file, or use a download link: ${howToRenew}`, {
    reason: 'SIGN_IN_REQUIRED',
  });
}

/**
 * True for a path and query, exactly as requested, that was signed with the secret and has not expired; false for one
 * without a signature. Throws FORBIDDEN, with what to do, for one that expired or was changed.
 */
export function hasValidSignature(url: string, secret: string, now: Date): boolean {
  const [path = '', query = ''] = url.split('?', 2);
  const asked = new URLSearchParams(query);
  if (!asked.has('signature') && !asked.has('expires')) return false;
  const [, signed, expires, signature] = /^(.+[?&]expires=(\d{1,12}))&signature=([\w-]{43})$/.exec(url) ?? [];
  if (signed === undefined || signature === undefined || !isEqual(signature, createSignature(signed, secret))) {
    throw forbidden(
      `This download link is incomplete or was changed (${path}). Copy the whole link, or get a new one: ${howToRenew}`,
      { reason: 'DOWNLOAD_LINK_INVALID' },
    );
  }
  if (Number(expires) * 1000 <= now.getTime()) {
    throw forbidden(`This download link has expired. Get a new one: ${howToRenew}`, {
      reason: 'DOWNLOAD_LINK_EXPIRED',
    });
  }
  return true;
}

const howToRenew = 'open the upload in Tributary again. Links work for 15 minutes.';

function isEqual(signature: string, expected: Buffer): boolean {
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function createSignature(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}
