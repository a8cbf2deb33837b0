import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
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

const LISTENING = '0A';

/** Below the ports that systems give to outgoing connections: one of those could take a port while its process restarts. */
const range = { from: 20_000, to: 32_000 };

/**
 * As many different ports as asked for, from a random place on, so that several callers at once rarely meet.
 *
 * @param {number} count
 */
export async function freePorts(count) {
  const taken = new Set();
  const start = range.from + Math.floor(Math.random() * (range.to - range.from));
  for (let port = start; taken.size < count; ) port = (await firstFreePort(port, taken)) + 1;
  return /** @type {number[]} */ ([...taken]);
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

/**
 * Whether one of these processes listens on the port, rather than a program that took it first. True where the system has no
 * /proc to look it up.
 *
 * @param {number} port
 * @param {number[]} pids
 */
export function isListenedOnBy(port, pids) {
  if (process.platform !== 'linux') return true;
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => {
    const rows = readFileSync(table, 'utf8').split('\n').slice(1);
    const columns = rows.map((row) => row.trim().split(/\s+/));
    return columns.flatMap(([, local, , state, , , , , , inode]) =>
      local?.endsWith(ending) && state === LISTENING ? [`socket:[${inode}]`] : [],
    );
  });
  return pids.some((pid) => {
    const folder = `/proc/${pid}/fd`;
    try {
      return readdirSync(folder).some((name) => sockets.includes(readlinkSync(`${folder}/${name}`)));
    } catch {
      return false;
    }
  });
}

/** @param {number} port */
async function listen(port) {
  const server = createServer().listen({ host: '127.0.0.1', port, exclusive: true });
  await once(server, 'listening');
  return server;
}
