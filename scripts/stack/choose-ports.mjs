import { firstFreePort, freePorts } from '../processes/free-port.mjs';

/** @param {string} name of a process */
export const getMetricsName = (name) => `${name} metrics`;

/**
 * Ports by name: one per process, one for its metrics (`<name> metrics`, 100 higher) and two for the mailbox.
 *
 * @param {import('./deployables.mjs').Deployable[]} deployables
 * @param {'default' | 'free'} choice
 * @param {(text: string) => void} log called for each port that is taken
 */
export async function choosePorts(deployables, choice, log) {
  const wantedPorts = [
    ...deployables.map(({ name, defaultPort }) => /** @type {const} */ ([name, defaultPort])),
    ...deployables.map(({ name, defaultPort }) => /** @type {const} */ ([getMetricsName(name), defaultPort + 100])),
    /** @type {const} */ (['smtp', 1025]),
    /** @type {const} */ (['mailbox', 1080]),
  ];
  /** @type {Record<string, number>} */
  const ports = {};
  if (choice === 'free') {
    const free = await freePorts(wantedPorts.length);
    for (const [index, [name]] of wantedPorts.entries()) ports[name] = free[index] ?? 0;
    return ports;
  }
  const taken = new Set();
  for (const [name, wanted] of wantedPorts) {
    const port = await firstFreePort(wanted, taken);
    if (port !== wanted) log(`Port ${wanted} is taken: ${name} listens on ${port}.`);
    ports[name] = port;
  }
  return ports;
}
