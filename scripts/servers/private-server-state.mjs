import { join } from 'node:path';
import { BrokenStateFile, readStateFile, writeStateFile } from '../checkout/state-file.mjs';
import { endProcess, findByLogFolder, isIdentity } from '../processes/identity.mjs';

/**
 * The state of a private server, kept after the process that started it has ended.
 *
 * @typedef {{ ports: Record<string, number>, processes: import('../processes/identity.mjs').Identity[] }} State
 */

/**
 * Null if there is no state. A broken file is replaced by the processes that write to the server's log, without known
 * ports.
 *
 * @param {string} dir
 * @returns {State | null}
 */
export function readState(dir) {
  try {
    return readStateFile(join(dir, 'state.json'), isState);
  } catch (error) {
    if (!(error instanceof BrokenStateFile)) throw error;
    return { ports: {}, processes: findByLogFolder(dir).map(({ pid, started }) => ({ pid, started })) };
  }
}

/** @param {any} value @returns {value is State} */
const isState = (value) =>
  typeof value?.ports === 'object' &&
  value.ports !== null &&
  Object.values(value.ports).every(Number.isInteger) &&
  Array.isArray(value.processes) &&
  value.processes.every(isIdentity);

/**
 * @param {string} dir
 * @param {State} state
 */
export const writeState = (dir, state) => writeStateFile(join(dir, 'state.json'), JSON.stringify(state));

/** Ends its processes in reverse order, since a later one may depend on an earlier one. @param {State} state */
export async function endPrivateServer({ processes }) {
  for (const identity of [...processes].reverse()) await endProcess(identity, { graceMs: 30_000 });
}

/**
 * Null if the login works, else the reason.
 *
 * @param {import('./types.mjs').ServerKind} kind
 * @param {Record<string, number>} ports
 */
export async function loginProblem(kind, ports) {
  const environment = kind.privateServer.environment(ports);
  try {
    await kind.login(environment[kind.variable] ?? '', environment);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
