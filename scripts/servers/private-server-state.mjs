import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess } from '../processes/identity.mjs';

/**
 * What is known of a private server beyond the life of the process that started it.
 *
 * @typedef {{ ports: Record<string, number>, processes: import('../processes/identity.mjs').Identity[] }} State
 */

/**
 * @param {string} dir
 * @returns {State | null}
 */
export function readState(dir) {
  const file = join(dir, 'state.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/**
 * @param {string} dir
 * @param {State} state
 */
export const writeState = (dir, state) => writeFileSync(join(dir, 'state.json'), JSON.stringify(state));

/** Ends its processes in reverse, since a later one may need an earlier one to end well. @param {State} state */
export async function endPrivateServer({ processes }) {
  for (const identity of [...processes].reverse()) await endProcess(identity, { graceMs: 30_000 });
}

/**
 * Null if the login works, else why not.
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
