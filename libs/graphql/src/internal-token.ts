import { createPublicKey, type KeyObject } from 'node:crypto';
import { createTtlCache } from '@tributary/concurrency';
import { badConfig, type Clock, systemClock, unauthenticated } from '@tributary/core';
import jsonwebtoken from 'jsonwebtoken';
import { z } from 'zod';
import type { Viewer } from './viewer.ts';

const claims = z.union([
  z.object({
    iat: z.number(),
    exp: z.number(),
    sub: z.string().min(1),
    email: z.string(),
    name: z.string(),
    permissions: z.array(z.string()),
    emailConfirmed: z.boolean().optional(),
  }),
  z.object({ iat: z.number(), exp: z.number(), sub: z.undefined().optional() }),
]);

/**
 * The clocks of the gateway and of a subgraph may differ by two minutes. The price: a token that leaks is accepted for so
 * much longer than its 60 seconds.
 */
const clockToleranceSeconds = 120;

/** The gateway uses a token for 30 seconds after signing it; an older one that arrives comes from a clock that is behind. */
const maxAgeOnArrivalSeconds = 35;
const maxCachedTokens = 10_000;

/**
 * Creates the check of the gateway's internal tokens for one subgraph: signed with ES256 by the gateway's key, issued for
 * this subgraph, not expired. A token is verified once and then accepted until it expires. The check returns null for an
 * anonymous request and throws UNAUTHENTICATED for anything else. `onSkew` receives, for each token verified, by how many
 * seconds the gateway's clock is at least ahead (positive) or behind (negative); 0 when the clocks may be equal.
 */
export function createInternalTokenCheck(options: {
  subgraph: string;
  publicKey: string;
  clock?: Clock;
  onSkew?: (seconds: number) => void;
}): (authorization: string | undefined) => Viewer | null {
  const { clock = systemClock, onSkew } = options;
  const key = readPublicKey(options.publicKey);
  const checked = createTtlCache<Viewer | null>({ maxEntries: maxCachedTokens, clock });
  return (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined)
      throw invalidToken('This address accepts only the gateway. Send your request to the gateway.');
    const known = checked.get(token);
    if (known !== undefined) return known;
    const result = claims.safeParse(verify(token, key, `subgraph:${options.subgraph}`, clock));
    if (!result.success) throw invalidToken('The internal token is not valid.');
    const { data } = result;
    onSkew?.(measureSkew(data.iat, clock));
    const viewer = data.sub === undefined ? null : toViewer(data);
    checked.set(token, viewer, data.exp * 1000);
    return viewer;
  };
}

function invalidToken(message: string, cause?: unknown) {
  return unauthenticated(message, { reason: 'INTERNAL_TOKEN_INVALID', cause });
}

function toViewer({ sub: id, email, name, permissions, emailConfirmed }: z.output<(typeof claims.options)[0]>): Viewer {
  return { id, email, name, permissions, emailConfirmed };
}

function measureSkew(issuedAt: number, clock: Clock): number {
  const age = Math.floor(clock.now().getTime() / 1000) - issuedAt;
  if (age < 0) return -age;
  return age > maxAgeOnArrivalSeconds ? maxAgeOnArrivalSeconds - age : 0;
}

function verify(token: string, key: KeyObject, audience: string, clock: Clock): unknown {
  try {
    const clockTolerance = clockToleranceSeconds;
    return jsonwebtoken.verify(token, key, {
      algorithms: ['ES256'],
      issuer: 'tributary-gateway',
      audience,
      clockTolerance,
      clockTimestamp: Math.floor(clock.now().getTime() / 1000),
    });
  } catch (error) {
    const isExpired = error instanceof jsonwebtoken.TokenExpiredError;
    const message = isExpired
      ? 'The internal token has expired. Compare the clocks of the gateway and of the subgraph.'
      : 'The internal token is not valid.';
    throw invalidToken(message, error);
  }
}

function readPublicKey(pem: string) {
  if (pem.includes('PRIVATE KEY'))
    throw badConfig('INTERNAL_TOKEN_PUBLIC_KEY must be a public key, and is a private one');
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (error) {
    throw badConfig('INTERNAL_TOKEN_PUBLIC_KEY cannot be read as a public key', { cause: error });
  }
  throw badConfig('INTERNAL_TOKEN_PUBLIC_KEY must be a P-256 key');
}
