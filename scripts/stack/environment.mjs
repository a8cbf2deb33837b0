import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../checkout/checkout.mjs';
import { hasVhost, vhostUrl } from '../servers/rabbitmq.mjs';
import { databaseUrls } from './databases.mjs';
import { findDeployables, getSubgraphVariable } from './declarations.mjs';

/** Whether every process gets the OpenTelemetry variable; the service name differs per process. */
export const isTracingVariable = (/** @type {string} */ name) =>
  name.startsWith('OTEL_') && name !== 'OTEL_SERVICE_NAME';

/** The permissions that kinds and subgraphs declare. @returns {string[]} */
function listPermissions() {
  const { permissions } = JSON.parse(readFileSync(join(root, 'libs/kinds/kinds.json'), 'utf8'));
  return permissions.map((/** @type {{ name: string }} */ { name }) => name);
}

/**
 * Values of a development machine, for variables that are not set.
 *
 * @type {Record<string, string>}
 */
export const defaultEnvironment = {
  NODE_ENV: 'development',
  MAIL_FROM: 'Tributary <tributary@example.com>',
  ADMIN_EMAIL: 'admin@example.com',
  NEW_USER_PERMISSIONS: listPermissions()
    .filter((name) => name !== 'ADMIN')
    .join(','),
  EMAIL_CONFIRMATION: 'off',
};

/**
 * All variables of an instance by name; each process gets those that it declares. Addresses and keys are decided here;
 * other variables are inherited if they are set.
 *
 * @param {object} options
 * @param {string} options.instance
 * @param {string} options.dataDir
 * @param {Record<string, string>} options.servers
 * @param {import('./secrets.mjs').Secrets} options.secrets
 * @param {Record<string, number>} options.ports by the process's name
 * @param {string} options.smtpUrl
 * @param {import('./deployables.mjs').Deployable[]} options.deployables
 * @param {Record<string, string | undefined>} options.inherited
 * @returns {Record<string, string>}
 */
export function instanceEnvironment({ instance, dataDir, servers, secrets, ports, smtpUrl, deployables, inherited }) {
  const at = (/** @type {string} */ name) => `http://127.0.0.1:${ports[name]}`;
  const { ADMIN_PASSWORD, ...keys } = secrets;
  const declared = new Set(deployables.flatMap(({ variables }) => variables));
  const ofEach = new Set([...deployables.map(({ portVariable }) => String(portVariable)), 'METRICS_PORT']);
  const isPassedOn = (/** @type {string} */ name) => declared.has(name) && !ofEach.has(name);
  return {
    ...defaultEnvironment,
    PUBLIC_URL: `http://localhost:${ports.gateway}`,
    ADMIN_PASSWORD,
    ...pick(
      inherited,
      Object.keys(inherited).filter((name) => isPassedOn(name) || isTracingVariable(name)),
    ),
    TRIBUTARY_INSTANCE: instance,
    HOST: '127.0.0.1',
    HEALTH_HOST: '127.0.0.1',
    ...keys,
    ...databaseUrls(instance, servers.MARIADB_URL ?? ''),
    RABBITMQ_URL: instanceBrokerUrl(instance, servers.RABBITMQ_URL ?? ''),
    REDIS_URL: servers.REDIS_URL ?? '',
    FILE_STORE_URL: servers.FILE_STORE_URL ?? pathToFileURL(join(dataDir, 'files')).href,
    SMTP_URL: smtpUrl,
    MAIL_JOURNAL_DIR: join(dataDir, 'mail-journal'),
    ...addressVariables(at),
  };
}

/**
 * How processes find each other: the URLs of subgraphs, the paths that deployables provide, and the routes that the
 * gateway passes on.
 *
 * @param {(name: string) => string} getOrigin of a deployable
 * @returns {Record<string, string>}
 */
export function addressVariables(getOrigin) {
  const deployables = findDeployables();
  const subgraphs = deployables.filter(({ kind }) => kind === 'subgraph');
  const provided = deployables.flatMap(({ name, declares }) =>
    Object.entries(declares.provides).map(([variable, path]) => [variable, `${getOrigin(name)}${path}`]),
  );
  const routes = subgraphs.flatMap(({ name, declares }) => declares.routes.map((path) => `${path}=${name}`));
  return {
    ...Object.fromEntries(provided),
    ...Object.fromEntries(subgraphs.map(({ name }) => [getSubgraphVariable(name), `${getOrigin(name)}/graphql`])),
    PASS_THROUGH: routes.join(','),
  };
}

/**
 * RabbitMQ's URL with the instance's vhost, unless the URL names a vhost.
 *
 * @param {string} instance
 * @param {string} url
 */
const instanceBrokerUrl = (instance, url) => (hasVhost(url) ? url : vhostUrl(url, instance));

/**
 * @param {Record<string, string | undefined>} from
 * @param {string[]} names
 * @returns {Record<string, string>}
 */
export const pick = (from, names) =>
  Object.fromEntries(names.flatMap((name) => (from[name] ? [[name, /** @type {string} */ (from[name])]] : [])));
