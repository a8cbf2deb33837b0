import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The first port from `from` on that nothing listens on, on the loopback address.
 *
 * @param {number} from
 * @param {Set<number>} [taken] ports promised to others; the one returned is added
 */
export async function firstFreePort(from, taken = new Set()) {
  for (let port = from; port <= 65_535; port++) {
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`Every port from ${from} on is taken.`);
}

/**
 * As many different ports as asked for, chosen by the operating system among those nothing listens on.
 *
 * @param {number} count
 */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** @param {number} port */
export async function isFree(port) {
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}

/** @param {number} port */
async function listen(port) {
  const server = createServer().listen({ host: '127.0.0.1', port, exclusive: true });
  await once(server, 'listening');
  return server;
}
