import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getDataDir, instanceName } from '../checkout/checkout.mjs';
import { readProcessRecord } from '../stack/process-record.mjs';
import { readSecrets } from '../stack/secrets.mjs';
import { readOptions } from '../terminal.mjs';

const list = new Intl.ListFormat('en-GB', { type: 'disjunction' });
const files = ['departments.csv', 'jobs.csv', 'hired_employees.csv'];

const help = {
  usage: 'npm run verify -- [options]',
  summary: 'Uploads a folder as a client would and compares the results with totals computed from the raw files.',
};
const table = /** @type {const} */ ({
  dir: { type: 'string', value: 'folder', default: 'samples', description: 'Folder with the three files.' },
  url: {
    type: 'string',
    value: 'url',
    description: "GraphQL endpoint. Default: the address of this checkout's last npm start.",
  },
  email: { type: 'string', value: 'address', description: 'Default: ADMIN_EMAIL, else admin@example.com.' },
  password: { type: 'string', value: 'text', description: "Default: ADMIN_PASSWORD, else the instance's password." },
});

/**
 * Reads the arguments of `npm run verify`; throws an error that names the wrong one. The defaults of `--url` and
 * `--password` are those of this checkout's instance, as `npm start` stored them.
 *
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @returns {{ dir: string, gatewayUrl: string, email: string, password: string }}
 */
export function verifyOptions(args, env) {
  const { values } = readOptions(help, table, args);
  const dataDir = getDataDir(instanceName(env));
  const url = values.url ?? `${readProcessRecord(dataDir)?.gatewayUrl ?? 'http://localhost:4000'}/graphql`;
  const dir = resolve(values.dir);
  const missing = files.filter((file) => !existsSync(join(dir, file)));
  if (missing.length > 0) throw new Error(`No ${list.format(missing)} in "${values.dir}" (--dir).`);
  if (!URL.canParse(url)) throw new Error(`--url must be the gateway's address, not "${url}".`);
  return {
    dir,
    gatewayUrl: url,
    email: values.email ?? (env.ADMIN_EMAIL || 'admin@example.com'),
    password: values.password || env.ADMIN_PASSWORD || storedPassword(dataDir),
  };
}

/** @param {string} dataDir */
function storedPassword(dataDir) {
  const secrets = readSecrets(dataDir);
  if (secrets) return secrets.ADMIN_PASSWORD;
  throw new Error(`--password is required: there is no ${join(dataDir, 'secrets.json')}, which npm start creates.`);
}
