import { join } from 'node:path';
import { root } from '../checkout/paths.mjs';
import { listWorkers } from './list-workers.mjs';

/**
 * A process as it runs in production too, with the names of the variables it may see: no other reaches it.
 *
 * @typedef {object} Deployable
 * @property {string} name
 * @property {string[]} command arguments of node
 * @property {'PORT' | 'HEALTH_PORT'} portVariable
 * @property {number} usualPort
 * @property {string[]} variables
 */

const everywhere = ['LOG_LEVEL', 'SHUTDOWN_TIMEOUT_MS', 'NODE_ENV', 'TRIBUTARY_INSTANCE'];
const subgraph = [...everywhere, 'DRAIN_DELAY_MS', 'INTERNAL_TOKEN_PUBLIC_KEY', 'REDIS_URL'];

/** @type {Deployable[]} */
const servers = [
  {
    name: 'users',
    command: [join(root, 'subgraphs/users/dist/main.js')],
    portVariable: 'PORT',
    usualPort: 4001,
    variables: [
      ...subgraph,
      'USERS_DATABASE_URL',
      'RABBITMQ_URL',
      'ACCESS_TOKEN_PRIVATE_KEY',
      'ACCESS_TOKEN_ISSUER',
      'ADMIN_EMAIL',
      'ADMIN_PASSWORD',
      'NEW_USER_PERMISSIONS',
    ],
  },
  {
    name: 'uploads',
    command: [join(root, 'subgraphs/uploads/dist/main.js')],
    portVariable: 'PORT',
    usualPort: 4002,
    variables: [
      ...subgraph,
      'UPLOADS_DATABASE_URL',
      'RABBITMQ_URL',
      'FILE_STORE_URL',
      'PUBLIC_URL',
      'DOWNLOAD_URL_SECRET',
      'MAX_UPLOAD_BYTES',
    ],
  },
  {
    name: 'employees',
    command: [join(root, 'subgraphs/employees/dist/main.js')],
    portVariable: 'PORT',
    usualPort: 4003,
    variables: [...subgraph, 'EMPLOYMENT_DATABASE_URL', 'PUBLIC_URL', 'DOWNLOAD_URL_SECRET'],
  },
  {
    name: 'gateway',
    command: [join(root, 'gateway/dist/main.js')],
    portVariable: 'PORT',
    usualPort: 4000,
    variables: [
      ...everywhere,
      'DRAIN_DELAY_MS',
      'REDIS_URL',
      'PUBLIC_URL',
      'JWKS_URL',
      'ACCESS_TOKEN_ISSUER',
      'INTERNAL_TOKEN_PRIVATE_KEY',
      'SUBGRAPH_URL_USERS',
      'SUBGRAPH_URL_UPLOADS',
      'SUBGRAPH_URL_EMPLOYEES',
      'PASS_THROUGH',
      'MAX_UPLOAD_BYTES',
      'AUTH',
      'TRUST_TRACEPARENT',
    ],
  },
];

/**
 * Every process of the system. Workers are found by their folders, and each says by its declaration which variables it
 * needs: a new one is in here without being written down.
 *
 * @returns {Promise<Deployable[]>}
 */
export async function listDeployables() {
  const workers = await listWorkers();
  return [
    ...servers,
    ...workers.map(({ name, variables }, index) => ({
      name,
      command: [join(root, 'workers/dist/start.js'), name],
      portVariable: /** @type {const} */ ('HEALTH_PORT'),
      usualPort: 4011 + index,
      variables: [...everywhere, 'RABBITMQ_URL', ...variables],
    })),
  ];
}
