import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeStateFile } from '../checkout/state-file.mjs';
import { freePorts, isFree, isListenedOnBy } from '../processes/free-port.mjs';
import { launch } from '../processes/launch.mjs';
import { endPrivateServer, loginProblem, writeState } from './private-server-state.mjs';

const START_TIMEOUT_MS = 90_000;
const MAX_ATTEMPTS = 3;

/**
 * Starts the server on its data folder, which it creates if necessary, and resolves when the login works. Processes of
 * an earlier run are ended first. If another program takes a port before the server does, it starts on other ports.
 *
 * @param {import('./types.mjs').ServerKind} kind
 * @param {string} dir
 * @param {import('./private-server-state.mjs').State | null} leftOver
 * @returns {Promise<import('./private-server-state.mjs').State>}
 */
export async function startPrivateServer(kind, dir, leftOver) {
  const { privateServer } = kind;
  if (leftOver) await endPrivateServer(leftOver);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const preparedFile = join(dir, 'prepared');
  const paths = await privateServer.prepare(dir, !existsSync(preparedFile));
  writeStateFile(preparedFile, '');
  for (let attempt = 1, before = leftOver?.ports; ; attempt += 1, before = undefined) {
    const ports = await choosePorts(privateServer.ports, before);
    try {
      return await startOn(ports);
    } catch (error) {
      const areOurs = await waitUntilFree(Object.values(ports));
      if (areOurs || attempt === MAX_ATTEMPTS) throw error;
    }
  }

  /** @param {Record<string, number>} ports */
  async function startOn(ports) {
    /** @type {import('./private-server-state.mjs').State} */
    const state = { ports, processes: [] };
    const exits = [];
    for (const command of privateServer.processes(dir, ports, paths)) {
      const { identity, exited } = await launchServer(command, dir);
      exits.push(exited);
      state.processes.push(identity);
      // After each process, so that it is found even if this one is killed.
      writeState(dir, state);
    }
    await waitForLogin(kind, dir, state, Promise.race(exits));
    return state;
  }
}

/**
 * @param {import('./private-server.mjs').Command} command
 * @param {string} dir
 */
const launchServer = ({ command, args, env }, dir) =>
  launch(command, args, {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', ...env },
    logFile: join(dir, 'server.log'),
  });

/**
 * @param {import('./types.mjs').ServerKind} kind
 * @param {string} dir
 * @param {import('./private-server-state.mjs').State} state
 * @param {Promise<unknown>} exit
 */
async function waitForLogin(kind, dir, state, exit) {
  let hasEnded = false;
  void exit.then(() => {
    hasEnded = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const problem = await loginProblem(kind, state.ports);
    // A server of another program on the same port would accept the login too.
    const pids = state.processes.map(({ pid }) => pid);
    if (problem === null && isListenedOnBy(Object.values(state.ports)[0] ?? 0, pids)) return;
    if (hasEnded || Date.now() > deadline) {
      await endPrivateServer(state);
      const logFile = join(dir, 'server.log');
      const log = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
      throw new Error(
        `The private ${kind.name} does not start (${problem ?? 'another program uses its port'}). The end of ${logFile}:\n${log}`,
      );
    }
    await delay(200);
  }
}

/**
 * The ports of the previous run, if they are free, so that known addresses stay valid.
 *
 * @param {string[]} names
 * @param {Record<string, number>} [before]
 * @returns {Promise<Record<string, number>>}
 */
async function choosePorts(names, before) {
  if (before && names.every((name) => name in before) && (await waitUntilFree(Object.values(before)))) return before;
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index] ?? 0]));
}

/**
 * Whether all ports are free or become free: threads of a killed server may hold its sockets after its process has
 * ended.
 *
 * @param {number[]} ports
 */
async function waitUntilFree(ports) {
  for (const deadline = Date.now() + 3_000; Date.now() < deadline; await delay(50)) {
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return true;
  }
  return false;
}
