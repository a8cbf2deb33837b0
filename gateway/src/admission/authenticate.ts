import { unauthenticated } from '@tributary/core';
import { type AccessTokens, bearerToken } from './access-tokens.ts';
import { type Caller, viewerClaims } from './caller.ts';
import type { IsRevoked } from './revocations.ts';

/** Returns the caller of an Authorization header; anonymous without one. Throws UNAUTHENTICATED or UNAVAILABLE. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

export function createAuthenticate(tokens: AccessTokens, isRevoked: IsRevoked): Authenticate {
  return async (authorization) => {
    const token = bearerToken(authorization);
    if (token === null) return { viewer: null };
    const claims = await tokens.verify(token);
    if (await isRevoked(claims))
      throw unauthenticated('The access token was revoked', { reason: 'ACCESS_TOKEN_REVOKED' });
    return { viewer: viewerClaims.parse(claims) };
  };
}
