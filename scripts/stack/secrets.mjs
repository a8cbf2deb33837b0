import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Secrets
 * @property {string} ACCESS_TOKEN_PRIVATE_KEY
 * @property {string} INTERNAL_TOKEN_PRIVATE_KEY
 * @property {string} INTERNAL_TOKEN_PUBLIC_KEY
 * @property {string} DOWNLOAD_URL_SECRET
 * @property {string} ADMIN_PASSWORD
 */

/**
 * The instance's keys and passwords: made once, kept in secrets.json, readable by its owner alone.
 *
 * @param {string} dataDir
 * @returns {Secrets}
 */
export function loadSecrets(dataDir) {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const secrets = makeSecrets();
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** @returns {Secrets} */
function makeSecrets() {
  const internal = makeSigningKey();
  return {
    ACCESS_TOKEN_PRIVATE_KEY: makeSigningKey().privateKey,
    INTERNAL_TOKEN_PRIVATE_KEY: internal.privateKey,
    INTERNAL_TOKEN_PUBLIC_KEY: internal.publicKey,
    DOWNLOAD_URL_SECRET: randomBytes(32).toString('base64url'),
    ADMIN_PASSWORD: randomBytes(12).toString('base64url'),
  };
}

/** A key for ES256. */
const makeSigningKey = () =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
