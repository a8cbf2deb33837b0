import { setTimeout as delay } from 'node:timers/promises';
import { run, succeeds } from '../processes/run.mjs';

/**
 * Who can make and delete vhosts: no AMQP login can, it takes the server's command line tool or its HTTP API.
 *
 * @typedef {{ create(vhost: string): Promise<void>, delete(vhost: string): Promise<void>, queues(vhost: string): Promise<Record<string, number>>, closeConnections(vhost: string): Promise<void> }} Vhosts `queues`: how many messages are in each, by its name
 */

/**
 * The first way that works: the HTTP API at RABBITMQ_MANAGEMENT_URL, rabbitmqctl for a server on this machine, the HTTP
 * API on its usual port. Null if none does.
 *
 * @param {string} url the server's, with the login that is to use the vhosts
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<Vhosts | null>}
 */
export async function openVhosts(url, env) {
  const { hostname, username, password } = new URL(url);
  const login = { user: decodeURIComponent(username || 'guest'), password: decodeURIComponent(password || 'guest') };
  if (env.RABBITMQ_MANAGEMENT_URL) return overHttp(env.RABBITMQ_MANAGEMENT_URL, login);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (isLocal && (await succeeds('rabbitmqctl', ['-q', 'list_vhosts']))) return byCommand(login.user);
  const usual = `http://${hostname}:15672`;
  return (await answers(usual, login)) ? overHttp(usual, login) : null;
}

/**
 * @param {string} user
 * @returns {Vhosts}
 */
function byCommand(user) {
  return {
    async create(vhost) {
      const existing = await run('rabbitmqctl', ['-q', 'list_vhosts', 'name']);
      if (!existing.split('\n').includes(vhost)) await run('rabbitmqctl', ['-q', 'add_vhost', vhost]);
      await run('rabbitmqctl', ['-q', 'set_permissions', '-p', vhost, user, '.*', '.*', '.*']);
    },
    async delete(vhost) {
      const existing = await run('rabbitmqctl', ['-q', 'list_vhosts', 'name']);
      if (existing.split('\n').includes(vhost)) await run('rabbitmqctl', ['-q', 'delete_vhost', vhost]);
    },
    async closeConnections(vhost) {
      await run('rabbitmqctl', ['-q', 'close_all_connections', '--vhost', vhost, 'asked to']);
    },
    async queues(vhost) {
      const listed = await run('rabbitmqctl', [
        '-q',
        '--formatter',
        'json',
        'list_queues',
        '-p',
        vhost,
        'name',
        'messages',
      ]);
      return byName(JSON.parse(listed));
    },
  };
}

/**
 * @typedef {{ user: string, password: string }} Login
 * @param {string} base
 * @param {Login} login
 * @returns {Vhosts}
 */
function overHttp(base, login) {
  /** @param {string} method @param {string} path @param {object} [body] */
  async function call(method, path, body) {
    const response = await request(base, login, method, path, body);
    if (response.ok || (method === 'DELETE' && response.status === 404)) return;
    throw new Error(`RabbitMQ's HTTP API answered ${method} ${path} with ${response.status}: ${await response.text()}`);
  }
  /** @param {string} vhost */
  async function queues(vhost) {
    const response = await request(base, login, 'GET', `/api/queues/${encodeURIComponent(vhost)}`);
    return byName(await response.json());
  }
  /**
   * The HTTP API shows a connection some seconds after it was opened: looks until there are some, ten seconds at most.
   *
   * @param {string} vhost
   */
  async function closeConnections(vhost) {
    for (let looks = 20; looks > 0; looks -= 1) {
      const response = await request(base, login, 'GET', `/api/vhosts/${encodeURIComponent(vhost)}/connections`);
      /** @type {{ name?: string }[]} */
      const connections = await response.json();
      const names = connections.flatMap(({ name }) => (name ? [name] : []));
      await Promise.all(names.map((name) => call('DELETE', `/api/connections/${encodeURIComponent(name)}`)));
      if (names.length > 0) return;
      await delay(500);
    }
  }
  return {
    queues,
    closeConnections,
    async create(vhost) {
      await call('PUT', `/api/vhosts/${encodeURIComponent(vhost)}`);
      const permissions = { configure: '.*', write: '.*', read: '.*' };
      await call('PUT', `/api/permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(login.user)}`, permissions);
    },
    // RabbitMQ answers 500 while queues of the vhost are still being closed; a little later it goes well.
    delete: (vhost) => retry(() => call('DELETE', `/api/vhosts/${encodeURIComponent(vhost)}`)),
  };
}

/**
 * Up to five times, a second apart.
 *
 * @param {() => Promise<void>} attempt
 */
async function retry(attempt) {
  for (let left = 4; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await delay(1_000);
    }
  }
}

/** @param {{ name: string, messages: number }[]} queues */
const byName = (queues) => Object.fromEntries(queues.map(({ name, messages }) => [name, messages]));

/** @param {string} base @param {Login} login */
async function answers(base, login) {
  try {
    return (await request(base, login, 'GET', '/api/vhosts')).ok;
  } catch {
    return false;
  }
}

/** @param {string} base @param {Login} login @param {string} method @param {string} path @param {object} [body] */
function request(base, { user, password }, method, path, body) {
  const { origin, username, password: given } = new URL(base);
  const credentials = username ? `${decodeURIComponent(username)}:${decodeURIComponent(given)}` : `${user}:${password}`;
  return fetch(origin + path, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    signal: AbortSignal.timeout(10_000),
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}
