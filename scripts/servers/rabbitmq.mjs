import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openVhosts } from './rabbitmq-vhosts.mjs';

const bin = '/usr/lib/rabbitmq/bin';

/** RabbitMQ 3.10 or newer. @type {import('./types.mjs').ServerKind} */
export const rabbitmq = {
  name: 'RabbitMQ',
  variable: 'RABBITMQ_URL',
  localUrls: ['amqp://guest:guest@127.0.0.1:5672'],
  async login(url, env) {
    const { connect } = await import('amqplib');
    const connection = await connect(url, { timeout: 5_000 }).catch((/** @type {Error} */ error) => {
      // amqplib hides RabbitMQ's reason for closing a connection after a correct login.
      if (!error.message.includes('ConnectionOpenOk')) throw error;
      const vhost = decodeURIComponent(new URL(url).pathname.slice(1)) || '/';
      throw new Error(`it has no vhost "${vhost}", or this user may not use it`, { cause: error });
    });
    await connection.close();
    if (!hasVhost(url)) await openVhosts(url, env);
    const { RABBITMQ_MANAGEMENT_URL } = env;
    return { RABBITMQ_URL: url, ...(RABBITMQ_MANAGEMENT_URL ? { RABBITMQ_MANAGEMENT_URL } : {}) };
  },
  compose: {
    service: 'rabbitmq',
    port: 5672,
    toEnvironment: async (hostPort) => ({
      RABBITMQ_URL: `amqp://guest:guest@${await hostPort(5672)}`,
      RABBITMQ_MANAGEMENT_URL: `http://${await hostPort(15672)}`,
    }),
  },
  debianPackages: ['rabbitmq-server'],
  privateServer: {
    folder: 'rabbitmq',
    program: `${bin}/rabbitmq-server`,
    ports: ['amqp', 'management', 'distribution', 'epmd'],
    async prepare(dir) {
      mkdirSync(join(dir, 'mnesia'), { recursive: true });
      // Empty; without it the server would read the file in /etc/rabbitmq.
      writeFileSync(join(dir, 'rabbitmq-env.conf'), '');
      writeFileSync(join(dir, 'enabled_plugins'), '[rabbitmq_management].\n');
      return {};
    },
    processes: (dir, ports) => {
      writeFileSync(join(dir, 'rabbitmq.conf'), configuration(ports));
      const env = nodeEnvironment(dir, ports);
      return [
        { command: 'epmd', args: ['-port', String(ports.epmd), '-address', '127.0.0.1'], env },
        { command: `${bin}/rabbitmq-server`, args: ['-noinput'], env },
      ];
    },
    environment: (ports) => ({
      RABBITMQ_URL: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
      RABBITMQ_MANAGEMENT_URL: `http://127.0.0.1:${ports.management}`,
    }),
  },
};

/**
 * Whether the URL names a vhost: that vhost is then neither created nor deleted.
 *
 * @param {string} url
 */
export const hasVhost = (url) => new URL(url).pathname.length > 1;

/**
 * The URL of one vhost on the server of `serverUrl`.
 *
 * @param {string} serverUrl
 * @param {string} vhost
 */
export function vhostUrl(serverUrl, vhost) {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(vhost)}`;
  return url.href;
}

/** @param {Record<string, number>} ports */
const configuration = (ports) => `listeners.tcp.1 = 127.0.0.1:${ports.amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${ports.management}
log.console = true
log.console.level = warning
log.file = false
`;

/**
 * A separate node, home and port mapper on the loopback address, apart from a RabbitMQ service on the machine.
 *
 * @param {string} dir
 * @param {Record<string, number>} ports
 */
const nodeEnvironment = (dir, ports) => ({
  HOME: dir,
  RABBITMQ_CONF_ENV_FILE: join(dir, 'rabbitmq-env.conf'),
  RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
  RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
  RABBITMQ_NODENAME: 'tributary@localhost',
  RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
  RABBITMQ_LOG_BASE: dir,
  RABBITMQ_GENERATED_CONFIG_DIR: join(dir, 'config'),
  RABBITMQ_PID_FILE: join(dir, 'rabbitmq.pid'),
  RABBITMQ_DIST_PORT: String(ports.distribution),
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  ERL_EPMD_PORT: String(ports.epmd),
  ERL_EPMD_ADDRESS: '127.0.0.1',
  // Makes the start script exec the server, so that the recorded pid is the server's.
  RABBITMQ_ALLOW_INPUT: 'true',
});
