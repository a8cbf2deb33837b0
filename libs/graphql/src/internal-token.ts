import { createPublicKey, type KeyObject } from 'node:crypto';
import { badConfig, unauthenticated } from '@tributary/core';
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

/**
 * Makes the check of the gateway's internal tokens for one subgraph: signed with ES256 by the gateway's key, made for
 * this subgraph, not expired. The check gives null for an anonymous request and throws UNAUTHENTICATED for anything else.
 */
export function createInternalTokenCheck(options: {
  subgraph: string;
  publicKey: string;
}): (authorization: string | undefined) => Viewer | null {
  const key = readPublicKey(options.publicKey);
  return (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated('An internal token is required: ask the gateway');
    const result = claims.safeParse(verify(token, key, `subgraph:${options.subgraph}`));
    if (!result.success) throw unauthenticated('The internal token is not valid');
    const { data } = result;
    if (data.sub === undefined) return null;
    return { id: data.sub, email: data.email, name: data.name, permissions: data.permissions };
  };
}

function verify(token: string, key: KeyObject, audience: string): unknown {
  try {
    const clockTolerance = clockToleranceSeconds;
    return jsonwebtoken.verify(token, key, {
      algorithms: ['ES256'],
      issuer: 'tributary-gateway',
      audience,
      clockTolerance,
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
