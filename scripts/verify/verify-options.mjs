import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { instanceName } from '../checkout/instance-name.mjs';
import { dataDirOf } from '../checkout/paths.mjs';

const files = ['departments.csv', 'jobs.csv', 'hired_employees.csv'];

/**
 * Reads the arguments of `npm run verify`; a wrong one is an error that names it. Without `--password` it is the
 * administrator's, as `npm start` remembers it.
 *
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @returns {{ dir: string, gatewayUrl: string, email: string, password: string }}
 */
export function verifyOptions(args, env) {
  const { values } = parseArgs({
    args,
    options: {
      dir: { type: 'string', default: 'samples' },
      url: { type: 'string', default: 'http://localhost:4000/graphql' },
      email: { type: 'string', default: env.ADMIN_EMAIL || 'admin@example.com' },
      password: { type: 'string', default: env.ADMIN_PASSWORD },
    },
  });
  const dir = resolve(values.dir);
  const missing = files.filter((file) => !existsSync(join(dir, file)));
  if (missing.length > 0) throw new Error(`--dir is "${values.dir}", where there is no ${missing.join(', no ')}.`);
  if (!URL.canParse(values.url)) throw new Error(`--url must be the gateway's address, but is "${values.url}".`);
  return {
    dir,
    gatewayUrl: values.url,
    email: values.email,
    password: values.password || rememberedPassword(dataDirOf(instanceName(env))),
  };
}

/** @param {string} dataDir */
function rememberedPassword(dataDir) {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).ADMIN_PASSWORD;
  throw new Error(`--password is needed: there is no ${file} (npm start makes one).`);
}
