import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { namesVhost, vhostUrl } from '../servers/rabbitmq.mjs';
import { databaseUrls } from './databases.mjs';

/** What an operator may set for a start; all else is decided here. */
export const operatorVariables = [
  'NODE_ENV',
  'LOG_LEVEL',
  'SHUTDOWN_TIMEOUT_MS',
  'ACCESS_TOKEN_ISSUER',
  'ADMIN_EMAIL',
  'ADMIN_PASSWORD',
  'NEW_USER_PERMISSIONS',
  'MAX_UPLOAD_BYTES',
  'MAIL_FROM',
  'PUBLIC_URL',
  'AUTH',
  'TRUST_TRACEPARENT',
];

/** Whether OpenTelemetry's variable goes to every process; each has a service name of its own. */
export const isTracingVariable = (/** @type {string} */ name) =>
  name.startsWith('OTEL_') && name !== 'OTEL_SERVICE_NAME';

/**
 * All variables of an instance by name; each process is given those of them it names in the table.
 *
 * @param {object} options
 * @param {string} options.instance
 * @param {string} options.dataDir
 * @param {Record<string, string>} options.servers
 * @param {import('./secrets.mjs').Secrets} options.secrets
 * @param {Record<string, number>} options.ports by the process's name
 * @param {string} options.smtpUrl
 * @returns {Record<string, string>}
 */
export function instanceEnvironment({ instance, dataDir, servers, secrets, ports, smtpUrl }) {
  const at = (/** @type {string} */ name) => `http://127.0.0.1:${ports[name]}`;
  return {
    NODE_ENV: 'development',
    TRIBUTARY_INSTANCE: instance,
    ...secrets,
    ...databaseUrls(instance, servers.MARIADB_URL ?? ''),
    RABBITMQ_URL: instanceBrokerUrl(instance, servers.RABBITMQ_URL ?? ''),
    REDIS_URL: servers.REDIS_URL ?? '',
    FILE_STORE_URL: servers.FILE_STORE_URL ?? pathToFileURL(join(dataDir, 'files')).href,
    SMTP_URL: smtpUrl,
    MAIL_FROM: 'Tributary <tributary@example.com>',
    PUBLIC_URL: `http://localhost:${ports.gateway}`,
    ADMIN_EMAIL: 'admin@example.com',
    NEW_USER_PERMISSIONS: 'UPLOAD,QUERY',
    JWKS_URL: `${at('users')}/.well-known/jwks.json`,
    SUBGRAPH_URL_USERS: `${at('users')}/graphql`,
    SUBGRAPH_URL_UPLOADS: `${at('uploads')}/graphql`,
    SUBGRAPH_URL_EMPLOYEES: `${at('employees')}/graphql`,
    PASS_THROUGH: '/downloads/files=uploads,/downloads/rejected-rows=employees',
  };
}

/**
 * The broker's URL with the instance's vhost, unless the operator has named one.
 *
 * @param {string} instance
 * @param {string} url
 */
const instanceBrokerUrl = (instance, url) => (namesVhost(url) ? url : vhostUrl(url, instance));

/**
 * @param {Record<string, string | undefined>} from
 * @param {string[]} names
 * @returns {Record<string, string>}
 */
export const pick = (from, names) =>
  Object.fromEntries(names.flatMap((name) => (from[name] ? [[name, /** @type {string} */ (from[name])]] : [])));
