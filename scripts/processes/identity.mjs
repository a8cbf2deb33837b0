import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A process, distinguished from later processes with the same pid.
 *
 * @typedef {{ pid: number, started: string }} Identity
 */

/**
 * The process with its start time; null if it does not run, or is a zombie.
 *
 * @param {number} pid
 * @returns {Identity | null}
 */
export function identify(pid) {
  const started = process.platform === 'linux' ? startedByProc(pid) : startedByPs(pid);
  return started === null ? null : { pid, started };
}

/** @param {Identity} identity */
export const isRunning = (identity) => identify(identity.pid)?.started === identity.started;

/** @param {any} value @returns {value is Identity} */
export const isIdentity = (value) => Number.isInteger(value?.pid) && typeof value.started === 'string';

/**
 * The running processes whose output goes to a file in this folder, as `launch` arranges. Finds them when their ids are
 * lost; empty on systems without /proc.
 *
 * @param {string} folder
 * @returns {(Identity & { logFile: string })[]}
 */
export function findByLogFolder(folder) {
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids.flatMap((pid) => {
    try {
      const logFile = readlinkSync(`/proc/${pid}/fd/1`);
      const identity = logFile.startsWith(`${folder}/`) ? identify(Number(pid)) : null;
      return identity ? [{ ...identity, logFile }] : [];
    } catch {
      return [];
    }
  });
}

/** The identity of this process. */
export function getOwnIdentity() {
  const own = identify(process.pid);
  if (own === null) throw new Error(`This process (${process.pid}) cannot be found.`);
  return own;
}

/**
 * Sends SIGTERM, and SIGKILL after `graceMs`; resolves when the process has ended. Does nothing to another process with
 * its pid.
 *
 * @param {Identity} identity
 * @param {{ graceMs?: number }} [options]
 */
export async function endProcess(identity, { graceMs = 15_000 } = {}) {
  for (const [signal, waitMs] of /** @type {const} */ ([
    ['SIGTERM', graceMs],
    ['SIGKILL', 5_000],
  ])) {
    if (!isRunning(identity)) return;
    try {
      process.kill(identity.pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + waitMs;
    while (isRunning(identity) && Date.now() < deadline) await delay(25);
  }
}

/** @param {number} pid */
function startedByProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is the second field, in parentheses, and may contain any character: count from the last parenthesis.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return fields[0] === 'Z' ? null : `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}

/** @param {number} pid */
function startedByPs(pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}
