import { databaseUrl } from '../servers/mariadb.mjs';

const names = /** @type {const} */ (['users', 'uploads', 'employment', 'notifications']);

/**
 * The instance's databases: their names on the server.
 *
 * @param {string} instance
 */
export const databaseNames = (instance) => names.map((name) => `${instance}_${name}`);

/**
 * The URL of each by its variable, e.g. USERS_DATABASE_URL.
 *
 * @param {string} instance
 * @param {string} serverUrl
 * @returns {Record<string, string>}
 */
export const databaseUrls = (instance, serverUrl) =>
  Object.fromEntries(
    names.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, databaseUrl(serverUrl, `${instance}_${name}`)]),
  );
