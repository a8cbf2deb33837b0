import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findSubgraphs } from '../stack/declarations.mjs';

const templates = fileURLToPath(new URL('templates/', import.meta.url));
const ENDING = '.tmpl';

/** The folder of each type. @type {Record<string, string>} */
const parents = { subgraph: 'subgraphs', 'upload-worker': 'workers', worker: 'workers' };

/** Names of processes that are no package. */
const reserved = ['client', 'mailbox', 'mariadb', 'migrate', 'redis', 'rabbitmq', 'smtp'];

const FIRST_PORT = 4001;

/** `npm start` numbers the health ports of workers here. */
const workerPorts = { from: 4010, to: 4049 };

/** The types that can be created: each is a folder of templates. */
export const listTypes = () => readdirSync(templates).sort();

/**
 * Creates the folder of a new worker or subgraph from the templates of its type; no other file changes. Throws for an
 * unknown type, a name that is not kebab-case and a name in use.
 *
 * @param {{ type: string, name: string, root: string }} options
 * @returns {{ path: string, files: string[] }} the folder, and its files
 */
export function createFolder({ type, name, root }) {
  if (!listTypes().includes(type)) {
    throw new Error(`There is no type "${type}". Types: ${listTypes().join(', ')}.`);
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 30) {
    throw new Error(
      `"${name}" is not a valid name. Use kebab-case, such as "location-loader", with at most 30 characters.`,
    );
  }
  const user = findUser(root, name);
  if (user !== null) throw new Error(`The name "${name}" is taken by ${user}.`);
  const path = `${parents[type]}/${name}`;
  const kind = name.replaceAll('-', '_');
  const values = {
    ...{ name, camelName: toCamel(name), Name: toPascal(name), Title: toTitle(name), kind, KIND: kind.toUpperCase() },
    port: String(findPort(root)),
  };
  const folder = join(templates, type);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ENDING));
  for (const file of files) {
    const target = join(root, path, file.slice(0, -ENDING.length));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, fill(readFileSync(join(folder, file), 'utf8'), values, root));
  }
  return { path, files: files.map((file) => file.slice(0, -ENDING.length)).sort() };
}

/** The package or process with this name; null if the name is free. @param {string} root @param {string} name */
function findUser(root, name) {
  if (reserved.includes(name)) return 'a process of the system';
  return listPackages(root).find(({ manifest }) => manifest.name === `@tributary/${name}`)?.path ?? null;
}

/** The first port that no subgraph declares. @param {string} root */
function findPort(root) {
  const taken = findSubgraphs(root).map(({ declares }) => declares.port);
  const isForWorkers = (/** @type {number} */ port) => port >= workerPorts.from && port <= workerPorts.to;
  let port = FIRST_PORT;
  while (taken.includes(port) || isForWorkers(port)) port += 1;
  return port;
}

/**
 * Replaces `{{key}}` by its value, and `{{version:package}}` by the version that other packages use.
 *
 * @param {string} text
 * @param {Record<string, string>} values
 * @param {string} root
 */
const fill = (text, values, root) =>
  text.replaceAll(/\{\{(\w+)(?::([\w@/-]+))?\}\}/g, (all, key, argument) => {
    const value = key === 'version' ? findVersion(root, argument) : values[key];
    if (value === undefined) throw new Error(`A template has the unknown placeholder ${all}.`);
    return value;
  });

/** @param {string} root @param {string} dependency */
const findVersion = (root, dependency) =>
  listPackages(root).flatMap(({ manifest }) => manifest.dependencies?.[dependency] ?? [])[0];

/** @param {string} root @returns {{ path: string, manifest: any }[]} */
function listPackages(root) {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const paths = workspaces.flatMap((/** @type {string} */ pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
  });
  return paths
    .filter((/** @type {string} */ path) => existsSync(join(root, path, 'package.json')))
    .map((/** @type {string} */ path) => ({
      path,
      manifest: JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')),
    }));
}

/** @param {string} name */
const toPascal = (name) => name.replaceAll(/(?:^|-)(.)/g, (_all, letter) => letter.toUpperCase());

/** @param {string} name */
const toCamel = (name) => name.replaceAll(/-(.)/g, (_all, letter) => letter.toUpperCase());

/** @param {string} name */
const toTitle = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
