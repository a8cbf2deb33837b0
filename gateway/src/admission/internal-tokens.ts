import { createPrivateKey } from 'node:crypto';
import { createTtlCache } from '@tributary/concurrency';
import { badConfig, type Clock } from '@tributary/core';
import jsonwebtoken from 'jsonwebtoken';
import type { Caller } from './caller.ts';

/**
 * Returns the Authorization header of a request to that subgraph: a token for it alone, valid for at least 30 more
 * seconds.
 */
export type SignInternal = (caller: Caller, subgraph: string) => string;

const goodSeconds = 60;
const usedMs = 30_000;
const maxRemembered = 10_000;

/**
 * Reuses a token for requests of the same viewer to the same subgraph within 30 seconds. Throws BAD_CONFIG unless the
 * key is a P-256 private key.
 */
export function createInternalTokens(privateKeyPem: string, clock: Clock): SignInternal {
  const key = readKey(privateKeyPem);
  const signed = createTtlCache<string>({ maxEntries: maxRemembered, clock });
  return ({ viewer }, subgraph) => {
    // Everything the token contains: a viewer with other permissions never gets it.
    const content = JSON.stringify([subgraph, viewer]);
    const known = signed.get(content);
    if (known !== undefined) return known;
    const now = clock.now().getTime();
    const token = jsonwebtoken.sign({ ...viewer, iat: Math.floor(now / 1000) }, key, {
      algorithm: 'ES256',
      issuer: 'tributary-gateway',
      audience: `subgraph:${subgraph}`,
      expiresIn: goodSeconds,
    });
    const header = `Bearer ${token}`;
    signed.set(content, header, now + usedMs);
    return header;
  };
}

function readKey(privateKeyPem: string) {
  try {
    const key = createPrivateKey(privateKeyPem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (error) {
    throw badConfig('INTERNAL_TOKEN_PRIVATE_KEY cannot be read as a private key', { cause: error });
  }
  throw badConfig('INTERNAL_TOKEN_PRIVATE_KEY must be a P-256 key');
}
