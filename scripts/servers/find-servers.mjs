import { dataRoot as defaultDataRoot } from '../checkout/checkout.mjs';
import { mariadb } from './mariadb.mjs';
import { rabbitmq } from './rabbitmq.mjs';
import { redis } from './redis.mjs';
import { debianPackages } from './sources/debian-packages.mjs';
import { dockerCompose } from './sources/docker-compose.mjs';
import { fromEnvironment } from './sources/from-environment.mjs';
import { listeningLocally } from './sources/listening-locally.mjs';

/**
 * @typedef {object} Servers
 * @property {Record<string, string>} environment MARIADB_URL, RABBITMQ_URL, REDIS_URL and what goes with them
 * @property {{ name: string, how: string }[]} found for a person to read
 * @property {() => Promise<void>} release ends the servers that were started for this command and that no other process uses
 */

const defaults = {
  kinds: [mariadb, rabbitmq, redis],
  sources: [fromEnvironment, listeningLocally, dockerCompose, debianPackages],
};

/**
 * Each server from the first source that provides it; resolves after a login to each. If one cannot be provided, the
 * servers that were started are ended.
 *
 * @param {{ env?: Record<string, string | undefined>, dataRoot?: string, note?: (text: string) => void, kinds?: import('./types.mjs').ServerKind[], sources?: import('./types.mjs').ServerSource[] }} [options]
 * @returns {Promise<Servers>}
 */
export async function findServers(options = {}) {
  const {
    env = process.env,
    dataRoot = defaultDataRoot,
    note = () => {},
    kinds,
    sources,
  } = { ...defaults, ...options };
  /** @type {Map<import('./types.mjs').ServerKind, import('./types.mjs').Found>} */
  const found = new Map();
  /** @type {string[]} */
  const notes = [];
  /** @param {string} text */
  const say = (text) => {
    notes.push(text);
    note(text);
  };
  const context = { env, dataRoot, note: say };
  const release = async () => void (await Promise.all([...found.values()].map((server) => server.release())));
  try {
    for (const source of sources) {
      const missing = kinds.filter((kind) => !found.has(kind));
      if (missing.length === 0) break;
      for (const [kind, server] of await source.find(missing, context)) found.set(kind, server);
    }
    const missing = kinds.filter((kind) => !found.has(kind));
    if (missing.length > 0) throw new Error(describeRemedies(missing, notes));
  } catch (error) {
    await release();
    throw error;
  }
  return {
    environment: Object.assign({}, ...[...found.values()].map((server) => server.environment)),
    found: kinds.map((kind) => ({ name: kind.name, how: found.get(kind)?.how ?? '' })),
    release,
  };
}

/**
 * @param {import('./types.mjs').ServerKind[]} missing
 * @param {string[]} notes
 */
function describeRemedies(missing, notes) {
  const names = missing.map((kind) => kind.name).join(', ');
  const variables = missing.map((kind) => `${kind.variable}=${kind.localUrls[0]}`).join(' ');
  return [
    `${names} is not available. Do one of these, then run the same command again:`,
    '  - start Docker (the engine with the Compose plugin); the servers are then started for you',
    `  - set the URL of a running server: ${variables} npm start`,
    `  - on Debian or Ubuntu, as root: apt-get install ${missing.flatMap((kind) => kind.debianPackages).join(' ')}`,
    ...notes.map((note) => `  (${note})`),
  ].join('\n');
}
