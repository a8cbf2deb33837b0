import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { badConfig } from '@tributary/core';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

export interface SigningKeys {
  /** The key that signs, and its RFC 7638 thumbprint. */
  key: KeyObject;
  kid: string;
  /** The public keys of all keys, so that tokens of a key being retired stay valid. */
  jwks: { keys: JWK[] };
}

/** Reads concatenated PEM keys: the first one signs, all are published. BAD_CONFIG for anything but P-256 private keys. */
export async function readSigningKeys(pems: string): Promise<SigningKeys> {
  const keys = (pems.match(/-----BEGIN [^-]+-----[\s\S]+?-----END [^-]+-----/g) ?? []).map(readKey);
  const [first] = keys;
  if (first === undefined) throw badConfig('ACCESS_TOKEN_PRIVATE_KEY holds no key');
  const published = await Promise.all(keys.map(publish));
  const kid = published[0]?.kid;
  if (kid === undefined) throw badConfig('ACCESS_TOKEN_PRIVATE_KEY holds no key');
  return { key: first, kid, jwks: { keys: published } };
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (cause) {
    throw badConfig('ACCESS_TOKEN_PRIVATE_KEY cannot be read as a private key', { cause });
  }
  throw badConfig('ACCESS_TOKEN_PRIVATE_KEY must hold P-256 keys');
}

async function publish(key: KeyObject): Promise<JWK> {
  const jwk = await exportJWK(createPublicKey(key));
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
}
