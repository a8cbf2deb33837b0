import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BrokenStateFile, readStateFile, writeStateFile } from '../checkout/state-file.mjs';

/**
 * @typedef {object} Secrets
 * @property {string} ACCESS_TOKEN_PRIVATE_KEY
 * @property {string} INTERNAL_TOKEN_PRIVATE_KEY
 * @property {string} INTERNAL_TOKEN_PUBLIC_KEY
 * @property {string} DOWNLOAD_URL_SECRET
 * @property {string} ADMIN_PASSWORD
 */

/**
 * The instance's keys and passwords. The first start creates them in secrets.json, which only its owner can read.
 *
 * @param {string} dataDir
 * @returns {Secrets}
 */
export function loadSecrets(dataDir) {
  const kept = readSecrets(dataDir);
  if (kept !== null) return kept;
  const secrets = createSecrets();
  writeStateFile(join(dataDir, 'secrets.json'), JSON.stringify(secrets, null, 2));
  return secrets;
}

/**
 * Null before the first start. Throws for a broken file and says what to do: new secrets would lock the administrator
 * out.
 *
 * @param {string} dataDir
 * @returns {Secrets | null}
 */
export function readSecrets(dataDir) {
  try {
    return readStateFile(join(dataDir, 'secrets.json'), isSecrets);
  } catch (error) {
    if (!(error instanceof BrokenStateFile)) throw error;
    throw new Error(
      `${error.message} Restore it from a backup, or delete it: the next start then creates new keys, everyone has to sign in again, ` +
        'and links in old mails stop working. The administrator keeps the old password; requestPasswordReset mails a reset link. ' +
        'If you do not need the data, run `npm run reset`.',
      { cause: error },
    );
  }
}

const names = [
  'ACCESS_TOKEN_PRIVATE_KEY',
  'INTERNAL_TOKEN_PRIVATE_KEY',
  'INTERNAL_TOKEN_PUBLIC_KEY',
  'DOWNLOAD_URL_SECRET',
  'ADMIN_PASSWORD',
];

/** @param {any} value @returns {value is Secrets} */
const isSecrets = (value) => names.every((name) => typeof value?.[name] === 'string' && value[name] !== '');

/** @returns {Secrets} */
function createSecrets() {
  const internal = createSigningKey();
  return {
    ACCESS_TOKEN_PRIVATE_KEY: createSigningKey().privateKey,
    INTERNAL_TOKEN_PRIVATE_KEY: internal.privateKey,
    INTERNAL_TOKEN_PUBLIC_KEY: internal.publicKey,
    DOWNLOAD_URL_SECRET: randomBytes(32).toString('base64url'),
    ADMIN_PASSWORD: randomBytes(12).toString('base64url'),
  };
}

/** A key pair for ES256. */
const createSigningKey = () =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
