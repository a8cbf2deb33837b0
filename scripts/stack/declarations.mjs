import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root as checkout } from '../checkout/checkout.mjs';

/**
 * The field `tributary` of a deployable's package.json. docs/declarations.md explains it.
 *
 * @typedef {object} Declaration
 * @property {number} [port] default port of a gateway or subgraph
 * @property {string[]} [databases] databases that the package may open, by the folder below prisma/
 * @property {string[]} [routes] paths below which the gateway passes requests to this subgraph
 * @property {Record<string, string>} [permissions] permissions that the subgraph introduces, with their descriptions
 * @property {Record<string, string>} [provides] paths that other processes read, by the variable that holds the URL
 *
 * @typedef {object} Folder
 * @property {string} name
 * @property {'gateway' | 'subgraph' | 'worker'} kind
 * @property {string} path from the checkout's root
 * @property {Required<Omit<Declaration, 'port'>> & { port: number | null }} declares
 */

const checks = {
  port: (/** @type {any} */ value) => Number.isInteger(value) && value > 0 && value < 65_536,
  databases: isList(/^[a-z][a-z0-9-]*$/),
  routes: isList(/^(\/[\w.-]+)+$/),
  permissions: (/** @type {any} */ value) =>
    Object(value) === value && Object.keys(value).every((name) => /^[A-Z][A-Z0-9_]*$/.test(name)),
  provides: (/** @type {any} */ value) =>
    Object(value) === value &&
    Object.entries(value).every(([name, path]) => /^[A-Z_]+$/.test(name) && /^\//.test(path)),
};

/**
 * Every deployable of the checkout, found by its folder: the gateway, then subgraphs and workers by name. Throws for a
 * declaration that cannot be used.
 *
 * @param {string} [root]
 * @returns {Folder[]}
 */
export function findDeployables(root = checkout) {
  return [
    readFolder(root, 'gateway', 'gateway'),
    ...listPackages(root, 'subgraphs').map((path) => readFolder(root, path, 'subgraph')),
    ...listPackages(root, 'workers').map((path) => readFolder(root, path, 'worker')),
  ];
}

/** @param {string} [root] */
export const findSubgraphs = (root) => findDeployables(root).filter(({ kind }) => kind === 'subgraph');

/** Every database by name: the folders below prisma/ that have a schema. @param {string} [root] */
export const findDatabases = (root = checkout) =>
  readdirSync(join(root, 'prisma'))
    .filter((name) => existsSync(join(root, 'prisma', name, 'schema.prisma')))
    .sort();

/** The variable with the URL of a database. @param {string} database */
export const getDatabaseVariable = (database) => `${toVariableName(database)}_DATABASE_URL`;

/** The gateway's variable with the URL of a subgraph. @param {string} subgraph */
export const getSubgraphVariable = (subgraph) => `SUBGRAPH_URL_${toVariableName(subgraph)}`;

/** @param {string} name */
const toVariableName = (name) => name.toUpperCase().replaceAll('-', '_');

/** @param {string} root @param {string} folder */
const listPackages = (root, folder) =>
  readdirSync(join(root, folder))
    .filter((name) => existsSync(join(root, folder, name, 'package.json')))
    .sort()
    .map((name) => `${folder}/${name}`);

/** @param {string} root @param {string} path @param {Folder['kind']} kind @returns {Folder} */
function readFolder(root, path, kind) {
  const file = join(root, path, 'package.json');
  const { tributary = {} } = JSON.parse(readFileSync(file, 'utf8'));
  for (const [key, value] of Object.entries(tributary)) {
    const isValid = Reflect.get(checks, key);
    if (isValid === undefined) throw new Error(`${file}: "tributary" has the unknown field "${key}".`);
    if (!isValid(value)) throw new Error(`${file}: "tributary.${key}" cannot be ${JSON.stringify(value)}.`);
  }
  const unknown = tributary.databases?.find((/** @type {string} */ name) => !findDatabases(root).includes(name));
  if (unknown !== undefined) throw new Error(`${file}: there is no database "${unknown}" below prisma/.`);
  if (kind !== 'worker' && tributary.port === undefined) throw new Error(`${file}: "tributary.port" is missing.`);
  const declares = { port: null, databases: [], routes: [], permissions: {}, provides: {}, ...tributary };
  return { name: path.split('/').at(-1) ?? path, kind, path, declares };
}

/** @param {RegExp} pattern */
function isList(pattern) {
  return (/** @type {any} */ value) => Array.isArray(value) && value.every((one) => pattern.test(one));
}
