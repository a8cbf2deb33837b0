import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { identify } from './identity.mjs';

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Exit
 * @typedef {{ identity: import('./identity.mjs').Identity, exited: Promise<Exit> }} Launched
 */

/**
 * Starts a program that writes to `logFile` and outlives this process unless it is ended. It gets its own process
 * group, so that Ctrl-C in the terminal reaches only this process, which ends the others in order.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: Record<string, string>, logFile: string }} options
 * @returns {Promise<Launched>}
 */
export async function launch(command, args, { cwd, env, logFile }) {
  // Only the owner may read the program's files: logs, mails, uploads, data.
  const umask = process.umask(0o077);
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', log, log], detached: true });
  process.umask(umask);
  closeSync(log);
  /** @type {Promise<Exit>} */
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const pid = child.pid ?? 0;
  return { identity: identify(pid) ?? { pid, started: 'gone' }, exited };
}
