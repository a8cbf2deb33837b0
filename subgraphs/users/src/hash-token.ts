import { createHash } from 'node:crypto';

/** The only form in which a token is stored; tokens are 256 random bits, so that one round is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
