import { type Clock, unauthenticated, unavailable } from '@tributary/core';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { viewerClaims } from './caller.ts';

const audience = 'tributary';
const claims = viewerClaims.extend({ iat: z.number(), exp: z.number() });

export type AccessTokenClaims = z.output<typeof claims>;

export interface AccessTokens {
  /** The claims of a valid token. Throws UNAUTHENTICATED saying what is wrong, or UNAVAILABLE when no key can be had. */
  verify(token: string): Promise<AccessTokenClaims>;
  /** True once the keys are known; asks for them if not. */
  haveKeys(): Promise<boolean>;
}

/** Checks access tokens against the published keys, which are cached, and asked for again when a token names a new one. */
export function createAccessTokens(options: { jwksUrl: string; issuer: string; clock: Clock }): AccessTokens {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), { cooldownDuration: 2_000, timeoutDuration: 3_000 });
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ['ES256'],
          issuer: options.issuer,
          audience,
          currentDate: options.clock.now(),
        });
        return claims.parse(payload);
      } catch (error) {
        throw explain(error);
      }
    },
    async haveKeys() {
      if (keys.jwks() !== undefined) return true;
      return keys.reload().then(
        () => true,
        () => false,
      );
    },
  };
}

function explain(error: unknown) {
  const wrong = (what: string) => unauthenticated(`The access token ${what}`, { cause: error });
  if (error instanceof errors.JWTExpired) return wrong('has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return wrong(`has a wrong "${error.claim}"`);
  if (error instanceof errors.JWKSNoMatchingKey) return wrong('is signed with an unknown key');
  if (error instanceof errors.JWSSignatureVerificationFailed) return wrong('has a wrong signature');
  if (error instanceof errors.JOSEAlgNotAllowed) return wrong('is signed with an algorithm that is not allowed');
  if (error instanceof z.ZodError) return wrong('lacks a claim');
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return wrong('is malformed');
  if (error instanceof errors.JOSENotSupported) return wrong('is malformed');
  return unavailable('The keys that check access tokens cannot be had at the moment', { cause: error });
}
