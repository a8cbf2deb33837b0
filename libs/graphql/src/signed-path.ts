import { createHmac, timingSafeEqual } from 'node:crypto';

/** The path with its expiry and a signature over both: whoever has it may download, until it expires, this path alone. */
export function signDownloadPath(path: string, { secret, expiresAt }: { secret: string; expiresAt: Date }): string {
  const separator = path.includes('?') ? '&' : '?';
  const signed = `${path}${separator}expires=${Math.ceil(expiresAt.getTime() / 1000)}`;
  return `${signed}&signature=${signatureOf(signed, secret).toString('base64url')}`;
}

/** Whether this path and query, exactly as requested, was signed with the secret and has not expired. */
export function isSignedPath(url: string, secret: string, now: Date): boolean {
  const [, signed, expires, signature] = /^(.+[?&]expires=(\d{1,12}))&signature=([\w-]{43})$/.exec(url) ?? [];
  if (signed === undefined || signature === undefined || Number(expires) * 1000 <= now.getTime()) return false;
  const given = Buffer.from(signature, 'base64url');
  const right = signatureOf(signed, secret);
  return given.length === right.length && timingSafeEqual(given, right);
}

function signatureOf(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}
