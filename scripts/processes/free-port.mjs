import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * The first free port on the loopback address, starting at `from`.
 *
 * @param {number} from
 * @param {Set<number>} [taken] ports that are reserved; the result is added
 */
export async function firstFreePort(from, taken = new Set()) {
  for (let port = from; port <= 65_535; port++) {
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`There is no free port from ${from} on.`);
}

const LISTENING = '0A';

/** Below the ports of outgoing connections, which could take a port while its process restarts. */
const range = { from: 20_000, to: 32_000 };

/**
 * Several free ports, searched from a random start, so that concurrent callers rarely choose the same.
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
 * Whether one of these processes listens on the port, and not another program. True on systems without /proc.
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
