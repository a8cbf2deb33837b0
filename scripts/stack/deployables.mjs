import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';
import { findDeployables, findSubgraphs, getSubgraphVariable } from './declarations.mjs';
import { readSettings } from './settings.mjs';

/**
 * A process as it runs in production, with the names of the variables that it gets.
 *
 * @typedef {object} DeployableProcess
 * @property {string[]} command arguments of node
 * @property {'PORT' | 'HEALTH_PORT'} portVariable
 * @property {number} defaultPort
 * @property {string[]} variables
 * @property {string[]} queues a worker's queues, without those for retries
 *
 * @typedef {import('./declarations.mjs').Folder & DeployableProcess} Deployable
 */

/** Ports of workers' health endpoints are numbered from here. */
const firstWorkerPort = 4011;

/** Variables of every process. */
const commonVariables = ['LOG_LEVEL', 'SHUTDOWN_TIMEOUT_MS', 'NODE_ENV', 'TRIBUTARY_INSTANCE'];

/**
 * Every process of the system, found by folders and their package.json; the variables come from the built configuration
 * schemas.
 *
 * @returns {Promise<Deployable[]>}
 */
export async function listDeployables() {
  const folders = findDeployables();
  const settings = await readSettings(folders);
  const subgraphUrls = findSubgraphs().map(({ name }) => getSubgraphVariable(name));
  let nextPort = firstWorkerPort;
  return folders.map((folder) => {
    const { variables, queues } = settings.get(folder.name) ?? { variables: [], queues: [] };
    const names = [...commonVariables, ...variables.map(({ name }) => name)];
    if (folder.kind === 'worker') {
      const command = [join(root, 'workers/dist/start.js'), folder.name];
      return { ...folder, command, portVariable: 'HEALTH_PORT', defaultPort: nextPort++, variables: names, queues };
    }
    return {
      ...folder,
      command: [join(root, folder.path, 'dist/main.js')],
      portVariable: 'PORT',
      defaultPort: folder.declares.port ?? 0,
      variables: folder.kind === 'gateway' ? [...names, ...subgraphUrls] : names,
      queues,
    };
  });
}
