import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A process that cannot be mistaken for another one that got the same pid later.
 *
 * @typedef {{ pid: number, started: string }} Identity
 */

/**
 * When the process started, as the system tells it; null if there is none, or only its remains.
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
 * The running processes whose output goes to a file in this folder, as that of all we launch does: how they are found when
 * their ids are lost. Empty where the system has no /proc.
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

/** The identity of this very process. */
export function getOwnIdentity() {
  const own = identify(process.pid);
  if (own === null) throw new Error(`Cannot find process ${process.pid}, which is this one.`);
  return own;
}

/**
 * Asks the process to end and insists after `graceMs`; resolves once it is gone. Does nothing to a stranger with its pid.
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
    // The command's name comes second, in parentheses, and may hold anything: count from the last one.
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
