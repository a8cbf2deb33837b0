import { databaseUrl } from '../servers/mariadb.mjs';
import { findDatabases, getDatabaseVariable } from './declarations.mjs';

/** @param {string} instance @param {string} database */
const getNameOnServer = (instance, database) => `${instance}_${database.replaceAll('-', '_')}`;

/**
 * The names of the instance's databases on the server.
 *
 * @param {string} instance
 */
export const databaseNames = (instance) => findDatabases().map((database) => getNameOnServer(instance, database));

/**
 * The URL of each database by its variable, such as USERS_DATABASE_URL.
 *
 * @param {string} instance
 * @param {string} serverUrl
 * @returns {Record<string, string>}
 */
export const databaseUrls = (instance, serverUrl) =>
  Object.fromEntries(
    findDatabases().map((database) => [
      getDatabaseVariable(database),
      databaseUrl(serverUrl, getNameOnServer(instance, database)),
    ]),
  );
