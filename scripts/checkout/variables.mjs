/**
 * The environment variables that the commands and tests read. docs/configuration.md lists them together with the
 * settings of the processes.
 *
 * @typedef {object} CommandVariable
 * @property {string} readBy
 * @property {string} default
 * @property {string} [meaning] if no process declares the variable
 */

/** @type {Record<string, CommandVariable>} */
export const commandVariables = {
  ADMIN_EMAIL: { readBy: '`npm run verify`', default: '`admin@example.com`' },
  ADMIN_PASSWORD: { readBy: '`npm run verify`', default: 'generated and printed by `npm start`' },
  DEBUG: { readBy: 'the commands', default: 'off', meaning: 'Any value: a command that fails prints its stack.' },
  FILE_STORE_URL: { readBy: '`npm start`', default: 'a folder below `.data/`' },
  MARIADB_URL: {
    readBy: 'the commands, tests',
    default: 'found or started',
    meaning: "MariaDB or MySQL server on which the instance's databases are created.",
  },
  MONGODB_URL: {
    readBy: '`npm start`, tests',
    default: 'none',
    meaning: 'MongoDB server; files are then stored in a database of the instance.',
  },
  RABBITMQ_MANAGEMENT_URL: {
    readBy: 'the commands, tests',
    default: 'found',
    meaning: 'HTTP API of RabbitMQ; creates vhosts where `rabbitmqctl` cannot.',
  },
  RABBITMQ_URL: {
    readBy: 'the commands, tests',
    default: 'found or started (without a vhost, the instance gets its own)',
  },
  RATE_LIMITED_FIELDS: { readBy: '`npm start`', default: 'the values in [gateway.md](gateway.md)' },
  RECONCILE_AFTER_MS: { readBy: '`npm run uploads`', default: '`300000`' },
  REDIS_URL: { readBy: 'the commands, tests', default: 'found or started' },
  SMTP_URL: { readBy: '`npm start`', default: 'a mailbox of the instance' },
  TRIBUTARY_BUILD: {
    readBy: 'the commands',
    default: 'none',
    meaning: '`done` skips the build; `npm test` sets it for the commands that its tests run.',
  },
  TRIBUTARY_INSTANCE: { readBy: 'the commands', default: "`tributary_` and 8 hex digits of the checkout's path" },
  TRIBUTARY_SERVERS: {
    readBy: 'the commands',
    default: 'none',
    meaning: '`private`: start private servers even if servers are listening or Docker is available.',
  },
  TRIBUTARY_WORKERS: {
    readBy: '`npm start`',
    default: 'none: all workers in one process',
    meaning: '`separate`: each worker in its own process.',
  },
};
