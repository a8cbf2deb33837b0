import { createPrivateKey } from 'node:crypto';
import { badConfig } from '@tributary/core';
import jsonwebtoken from 'jsonwebtoken';
import type { Caller } from './caller.ts';

/** The Authorization header of one request to that subgraph: a token for it alone, good for 60 seconds. */
export type SignInternal = (caller: Caller, subgraph: string) => string;

/** Throws BAD_CONFIG unless the key is a P-256 private key. */
export function createInternalTokens(privateKeyPem: string): SignInternal {
  const key = readKey(privateKeyPem);
  return ({ viewer }, subgraph) => {
    const token = jsonwebtoken.sign(viewer ?? {}, key, {
      algorithm: 'ES256',
      issuer: 'tributary-gateway',
      audience: `subgraph:${subgraph}`,
      expiresIn: 60,
    });
    return `Bearer ${token}`;
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
