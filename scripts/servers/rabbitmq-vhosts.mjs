import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../processes/run.mjs';

/**
 * Who can make and delete vhosts: no AMQP login can, it takes the server's command line tool or its HTTP API.
 *
 * @typedef {{ create(vhost: string): Promise<void>, delete(vhost: string): Promise<void>, queues(vhost: string): Promise<Record<string, number>>, closeConnections(vhost: string): Promise<void> }} Vhosts `queues`: how many messages are in each, by its name
 */

/** `rabbitmqctl` takes half a second alone, and has taken more than ten beside a broker that deletes many queues. */
const commandTimeoutMs = 60_000;

/**
 * The first way that works: the HTTP API at RABBITMQ_MANAGEMENT_URL, rabbitmqctl for a server on this machine, the HTTP
 * API on its usual port. Throws with the reason of each way that does not work.
 *
 * @param {string} url the server's, with the login that is to use the vhosts
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<Vhosts>}
 */
export async function openVhosts(url, env) {
  const { hostname, username, password } = new URL(url);
  const login = { user: decodeURIComponent(username || 'guest'), password: decodeURIComponent(password || 'guest') };
  if (env.RABBITMQ_MANAGEMENT_URL) return createHttpVhosts(env.RABBITMQ_MANAGEMENT_URL, login);
  const reasons = [];
  if (['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    const reason = await failureReason(runRabbitmqctl('list_vhosts'));
    if (reason === null) return createCommandVhosts(login.user);
    reasons.push(`rabbitmqctl: ${reason}`);
  }
  const usual = `http://${hostname}:15672`;
  const reason = await failureReason(assertReachable(usual, login));
  if (reason === null) return createHttpVhosts(usual, login);
  reasons.push(`${usual}: ${reason}`);
  throw new Error(
    `No vhost can be made on RabbitMQ (${reasons.join('; ')}). ` +
      'Run as root, set RABBITMQ_MANAGEMENT_URL, or make a vhost and put it at the end of RABBITMQ_URL.',
  );
}

/** @param {string[]} args */
const runRabbitmqctl = (...args) => run('rabbitmqctl', ['-q', ...args], { timeoutMs: commandTimeoutMs });

/**
 * Null if it succeeds, else the last line of its error.
 *
 * @param {Promise<unknown>} attempt
 */
async function failureReason(attempt) {
  try {
    await attempt;
    return null;
  } catch (error) {
    const { message, cause } = /** @type {Error} */ (error);
    return (cause instanceof Error ? cause.message : message).trimEnd().split('\n').at(-1) ?? '';
  }
}

/**
 * @param {string} user
 * @returns {Vhosts}
 */
function createCommandVhosts(user) {
  return {
    async create(vhost) {
      // Succeeds as well if the vhost exists.
      await runRabbitmqctl('add_vhost', vhost);
      await runRabbitmqctl('set_permissions', '-p', vhost, user, '.*', '.*', '.*');
    },
    async delete(vhost) {
      const existing = await runRabbitmqctl('list_vhosts', 'name');
      if (existing.split('\n').includes(vhost)) await runRabbitmqctl('delete_vhost', vhost);
    },
    async closeConnections(vhost) {
      await runRabbitmqctl('close_all_connections', '--vhost', vhost, 'asked to');
    },
    async queues(vhost) {
      const listed = await runRabbitmqctl('--formatter', 'json', 'list_queues', '-p', vhost, 'name', 'messages');
      return indexByName(JSON.parse(listed));
    },
  };
}

/**
 * @typedef {{ user: string, password: string }} Login
 * @param {string} base
 * @param {Login} login
 * @returns {Vhosts}
 */
function createHttpVhosts(base, login) {
  /** @param {string} method @param {string} path @param {object} [body] */
  async function call(method, path, body) {
    const response = await request(base, login, method, path, body);
    if (response.ok || (method === 'DELETE' && response.status === 404)) return;
    throw new Error(`RabbitMQ's HTTP API answered ${method} ${path} with ${response.status}: ${await response.text()}`);
  }
  /** @param {string} vhost */
  async function queues(vhost) {
    const response = await request(base, login, 'GET', `/api/queues/${encodeURIComponent(vhost)}`);
    return indexByName(await response.json());
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
const indexByName = (queues) => Object.fromEntries(queues.map(({ name, messages }) => [name, messages]));

/** @param {string} base @param {Login} login */
async function assertReachable(base, login) {
  const { ok, status } = await request(base, login, 'GET', '/api/vhosts');
  if (!ok) throw new Error(`it answered ${status}`);
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
