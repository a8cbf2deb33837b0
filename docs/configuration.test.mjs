import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { instanceEnvironment } from '../scripts/stack/environment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');
const list = (/** @type {string} */ folder) => readdirSync(join(root, folder), { recursive: true }).map(String);

/** Variables of the machine, not of this system. */
const ofTheMachine = new Set(['PATH']);

/** Where settings are declared as the keys of a zod object. */
const schemas = [
  'gateway/src/config.ts',
  ...list('subgraphs').flatMap((path) => (/^\w+\/src\/config\.ts$/.test(path) ? [`subgraphs/${path}`] : [])),
  ...list('workers').flatMap((path) => (/^[\w-]+\/src\/worker\.ts$/.test(path) ? [`workers/${path}`] : [])),
  'workers/runtime-config.ts',
  'prisma/migrate.ts',
  'libs/core/src/shutdown.ts',
  'libs/http/src/client-timeouts.ts',
  'libs/http/src/drain.ts',
  'libs/metrics/src/metrics.ts',
  'libs/tracing/src/config.ts',
  'libs/testing/src/test-servers.ts',
];
const scripts = list('scripts').flatMap((path) => (/(?<!\.test)\.mjs$/.test(path) ? [`scripts/${path}`] : []));

const namesIn = (/** @type {string} */ text, /** @type {RegExp} */ pattern) =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

const namesDeclaredIn = (/** @type {string[]} */ paths) =>
  paths.flatMap((path) => namesIn(read(path), /[{\s]([A-Z][A-Z0-9_]+): (?=[a-z])/g));

function readNames() {
  const declared = namesDeclaredIn(schemas);
  const used = scripts.flatMap((path) => [
    ...namesIn(read(path), /\benv\.([A-Z][A-Z0-9_]+)/g),
    ...namesIn(read(path), /\bvariable: '([A-Z_]+)'/g),
    ...namesIn(read(path), /\{ ([A-Z_]+) \} = process\.env/g),
  ]);
  const passedOn = read('gateway/src/config.ts').includes("'SUBGRAPH_URL_'") ? ['SUBGRAPH_URL_<NAME>'] : [];
  return new Set([...declared, ...used, ...passedOn].filter((name) => !ofTheMachine.has(name)));
}

test('docs/configuration.md tells exactly the variables that are read, each once', () => {
  const documented = namesIn(read('docs/configuration.md'), /^\| `([A-Z0-9_<>]+)` +\|/gm);
  expect(documented.sort()).toEqual([...readNames()].sort());
});

test('those marked are the ones npm start passes on', () => {
  const variables = namesDeclaredIn(schemas.filter((path) => !/^prisma|^libs.testing/.test(path)));
  const passedOn = instanceEnvironment({
    instance: 'tributary',
    dataDir: '/data',
    servers: { MARIADB_URL: 'mysql://there', RABBITMQ_URL: 'amqp://there', REDIS_URL: 'redis://there' },
    secrets: {
      ACCESS_TOKEN_PRIVATE_KEY: 'made',
      INTERNAL_TOKEN_PRIVATE_KEY: 'made',
      INTERNAL_TOKEN_PUBLIC_KEY: 'made',
      DOWNLOAD_URL_SECRET: 'made',
      ADMIN_PASSWORD: 'made',
    },
    ports: { gateway: 4000, users: 4001 },
    smtpUrl: 'smtp://there',
    deployables: /** @type {const} */ (['PORT', 'HEALTH_PORT']).map((portVariable) => ({
      name: 'any',
      command: [],
      portVariable,
      defaultPort: 4000,
      variables: [...variables, 'NODE_ENV'],
    })),
    outside: Object.fromEntries([...variables, 'NODE_ENV'].map((name) => [name, 'from outside'])),
  });
  const wanted = Object.keys(passedOn).filter((name) => passedOn[name] === 'from outside');
  const marked = namesIn(read('docs/configuration.md'), /^\| `([A-Z0-9_]+)` +\|[^|]*\|[^|]*\| \\\*/gm);
  expect(marked.sort()).toEqual(wanted.sort());
});
