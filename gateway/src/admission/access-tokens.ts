import { createHash } from 'node:crypto';
import { createTtlCache } from '@tributary/concurrency';
import { type Clock, unauthenticated, unavailable } from '@tributary/core';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { viewerClaims } from './caller.ts';
import { createKeySet } from './key-set.ts';

const audience = 'tributary';
const timeoutMs = 3_000;

/**
 * How long a verified token is not verified again, at most until it expires; a withdrawn key stays known far longer
 * anyway.
 */
const rememberedMs = 60_000;
const maxRemembered = 10_000;

const claims = viewerClaims.extend({ iat: z.number(), exp: z.number(), sid: z.string().min(1).optional() });

export type AccessTokenClaims = z.output<typeof claims>;

export interface AccessTokens {
  /**
   * Returns the claims of a valid token. Throws UNAUTHENTICATED with the reason, or UNAVAILABLE if no key can be
   * fetched.
   */
  verify(token: string): Promise<AccessTokenClaims>;
  /** Whether the keys are known; fetches them if not. */
  haveKeys(): Promise<boolean>;
}

/**
 * Verifies access tokens: signed with ES256 by the published key that the token names, for this issuer and audience,
 * valid from `nbf` until `exp` by this clock.
 */
export function createAccessTokens(options: { jwksUrl: string; issuer: string; clock: Clock }): AccessTokens {
  const { clock } = options;
  const keys = createKeySet({ load: () => fetchKeys(options.jwksUrl), clock });
  const checked = createTtlCache<AccessTokenClaims>({ maxEntries: maxRemembered, clock });
  return {
    async verify(token) {
      const name = createHash('sha256').update(token).digest('base64');
      const known = checked.get(name);
      if (known) return known;
      try {
        const now = clock.now();
        const { payload } = await jwtVerify(token, keys.find, {
          algorithms: ['ES256'],
          issuer: options.issuer,
          audience,
          clockTolerance: 0,
          currentDate: now,
        });
        const read = claims.parse(payload);
        checked.set(name, read, Math.min(read.exp * 1000, now.getTime() + rememberedMs));
        return read;
      } catch (error) {
        throw explain(error);
      }
    },
    haveKeys: keys.isKnown,
  };
}

async function fetchKeys(url: string): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return JSON.parse(body);
}

function explain(error: unknown) {
  const wrong = (what: string) =>
    unauthenticated(`The access token ${what}`, { reason: 'ACCESS_TOKEN_INVALID', cause: error });
  if (error instanceof errors.JWTExpired) {
    return unauthenticated('The access token has expired', { reason: 'ACCESS_TOKEN_EXPIRED', cause: error });
  }
  if (error instanceof errors.JWTClaimValidationFailed) return wrong(`has a wrong "${error.claim}"`);
  if (error instanceof errors.JWKSNoMatchingKey) return wrong('is signed with an unknown key');
  if (error instanceof errors.JWSSignatureVerificationFailed) return wrong('has a wrong signature');
  if (error instanceof errors.JOSEAlgNotAllowed) return wrong('is signed with an algorithm that is not allowed');
  if (error instanceof z.ZodError) return wrong('lacks a claim');
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return wrong('is malformed');
  if (error instanceof errors.JOSENotSupported) return wrong('is malformed');
  return unavailable('Access tokens cannot be verified right now.', { cause: error });
}

/** Returns the token of an Authorization header, or null without one. Throws UNAUTHENTICATED for any other scheme. */
export function bearerToken(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.trim() === '') return null;
  const token = /^Bearer +(\S+)\s*$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw unauthenticated('The Authorization header must be "Bearer <access token>"', {
      reason: 'AUTHORIZATION_MALFORMED',
    });
  }
  return token;
}
