import { createPublicKey, type KeyObject } from 'node:crypto';
import { badConfig, type Clock, createShortMemory, systemClock, unauthenticated } from '@tributary/core';
import jsonwebtoken from 'jsonwebtoken';
import { z } from 'zod';
import type { Viewer } from './viewer.ts';

const claims = z.union([
  z.object({
    exp: z.number(),
    sub: z.string().min(1),
    email: z.string(),
    name: z.string(),
    permissions: z.array(z.string()),
  }),
  z.object({ exp: z.number(), sub: z.undefined().optional() }),
]);

const clockToleranceSeconds = 5;
const mostRemembered = 10_000;

/**
 * Makes the check of the gateway's internal tokens for one subgraph: signed with ES256 by the gateway's key, made for
 * this subgraph, not expired. A token is checked once and then taken as it is until it expires. The check gives null for an anonymous request and throws UNAUTHENTICATED for anything else.
 */
export function createInternalTokenCheck(options: {
  subgraph: string;
  publicKey: string;
  clock?: Clock;
}): (authorization: string | undefined) => Viewer | null {
  const { clock = systemClock } = options;
  const key = readPublicKey(options.publicKey);
  const checked = createShortMemory<Viewer | null>({ most: mostRemembered, clock });
  return (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated('An internal token is required: ask the gateway');
    const known = checked.get(token);
    if (known !== undefined) return known;
    const result = claims.safeParse(verify(token, key, `subgraph:${options.subgraph}`, clock));
    if (!result.success) throw unauthenticated('The internal token is not valid');
    const { data } = result;
    const viewer =
      data.sub === undefined
        ? null
        : { id: data.sub, email: data.email, name: data.name, permissions: data.permissions };
    checked.keep(token, viewer, data.exp * 1000);
    return viewer;
  };
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
    throw unauthenticated('The internal token is not valid', { cause: error });
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
