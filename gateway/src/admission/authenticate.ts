import { unauthenticated } from '@tributary/core';
import { z } from 'zod';
import { type AccessTokens, bearerToken } from './access-tokens.ts';
import type { IsRevoked } from './revocations.ts';

/** The caller an Authorization header stands for; anonymous without one. Throws UNAUTHENTICATED or UNAVAILABLE. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

export function createAuthenticate(tokens: AccessTokens, isRevoked: IsRevoked): Authenticate {
  return async (authorization) => {
    const token = bearerToken(authorization);
    if (token === null) return { viewer: null };
    const claims = await tokens.verify(token);
    if (await isRevoked(claims)) throw unauthenticated('The access token was revoked');
    return { viewer: viewerClaims.parse(claims) };
  };
}

/** Who an access token speaks for. */
export const viewerClaims = z.object({
  sub: z.string().min(1),
  email: z.string(),
  name: z.string(),
  permissions: z.array(z.string()),
  /** Tokens of older versions lack it and count as confirmed. */
  emailConfirmed: z.boolean().optional(),
});

export type Viewer = z.output<typeof viewerClaims>;

/** The one who sends a request: `viewer` is null for an anonymous one. */
export interface Caller {
  viewer: Viewer | null;
}
