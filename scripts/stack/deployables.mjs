import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';
import { readDeclarations } from './read-declarations.mjs';

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

/** The subgraphs, each with the port it listens on if that is free. */
export const subgraphs = [
  { name: 'users', usualPort: 4001 },
  { name: 'uploads', usualPort: 4002 },
  { name: 'employees', usualPort: 4003 },
];

/** The gateway's variable for the URL of a subgraph. */
export const urlVariable = (/** @type {string} */ subgraph) => `SUBGRAPH_URL_${subgraph.toUpperCase()}`;

const everywhere = ['LOG_LEVEL', 'SHUTDOWN_TIMEOUT_MS', 'NODE_ENV', 'TRIBUTARY_INSTANCE'];

/**
 * Every process of the system. Each says by its `config` which variables it needs, and workers are found by their folders:
 * a new setting or worker is in here without being written down. What they declare is read from their build.
 *
 * @returns {Promise<Deployable[]>}
 */
export async function listDeployables() {
  const servers = [
    ...subgraphs.map((one) => ({ ...one, folder: join(root, 'subgraphs', one.name), more: [] })),
    {
      name: 'gateway',
      usualPort: 4000,
      folder: join(root, 'gateway'),
      more: subgraphs.map(({ name }) => urlVariable(name)),
    },
  ];
  const { configs, workers, worker } = await readDeclarations(servers.map(({ folder }) => folder));
  return [
    ...servers.map(({ name, usualPort, folder, more }, index) => ({
      name,
      command: [join(folder, 'dist/main.js')],
      portVariable: /** @type {const} */ ('PORT'),
      usualPort,
      variables: [...everywhere, ...more, ...(configs[index] ?? [])],
    })),
    ...workers.map(({ name, variables }, index) => ({
      name,
      command: [join(root, 'workers/dist/start.js'), name],
      portVariable: /** @type {const} */ ('HEALTH_PORT'),
      usualPort: 4011 + index,
      variables: [...everywhere, ...worker, ...variables],
    })),
  ];
}
