import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../processes/run.mjs';

/**
 * Creates and deletes vhosts, which needs rabbitmqctl or the HTTP API: AMQP has no command for it.
 *
 * @typedef {{ create(vhost: string): Promise<void>, delete(vhost: string): Promise<void>, queues(vhost: string): Promise<Record<string, number>>, closeConnections(vhost: string): Promise<void> }} Vhosts `queues`: the number of messages by queue
 */

/** `rabbitmqctl` takes half a second, and more than ten while the broker deletes many queues. */
const commandTimeoutMs = 60_000;

/**
 * Uses the first that works: the HTTP API at RABBITMQ_MANAGEMENT_URL, rabbitmqctl for a server on this machine, the
 * HTTP API on its default port. Throws with the reason for each that does not work.
 *
 * @param {string} url the server's URL, with the login that will use the vhosts
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
    `No vhost can be created on RabbitMQ (${reasons.join('; ')}). ` +
      'Run as root, set RABBITMQ_MANAGEMENT_URL, or create a vhost and append its name to RABBITMQ_URL.',
  );
}

/** @param {string[]} args */
const runRabbitmqctl = (...args) => run('rabbitmqctl', ['-q', ...args], { timeoutMs: commandTimeoutMs });

/**
 * Null on success, else the last line of the error.
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
      // Also succeeds if the vhost exists.
      await runRabbitmqctl('add_vhost', vhost);
      await runRabbitmqctl('set_permissions', '-p', vhost, user, '.*', '.*', '.*');
    },
    async delete(vhost) {
      const existing = await runRabbitmqctl('list_vhosts', 'name');
      if (existing.split('\n').includes(vhost)) await runRabbitmqctl('delete_vhost', vhost);
    },
    async closeConnections(vhost) {
      await runRabbitmqctl('close_all_connections', '--vhost', vhost, 'requested');
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
    throw new Error(
      `RabbitMQ's HTTP API responded to ${method} ${path} with ${response.status}: ${await response.text()}`,
    );
  }
  /** @param {string} vhost */
  async function queues(vhost) {
    const response = await request(base, login, 'GET', `/api/queues/${encodeURIComponent(vhost)}`);
    return indexByName(/** @type {any} */ (await response.json()));
  }
  /**
   * The HTTP API lists a connection some seconds after it was opened: polls until there are connections, for at most
   * ten seconds.
   *
   * @param {string} vhost
   */
  async function closeConnections(vhost) {
    for (let looks = 20; looks > 0; looks -= 1) {
      const response = await request(base, login, 'GET', `/api/vhosts/${encodeURIComponent(vhost)}/connections`);
      /** @type {{ name?: string }[]} */
      const connections = /** @type {any} */ (await response.json());
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
    // RabbitMQ responds with 500 while it closes the vhost's queues.
    delete: (vhost) => retry(() => call('DELETE', `/api/vhosts/${encodeURIComponent(vhost)}`)),
  };
}

/**
 * Makes up to five attempts, one per second.
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
  if (!ok) throw new Error(`it responded with ${status}`);
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
