import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts, isFree } from '../processes/free-port.mjs';
import { launch } from '../processes/launch.mjs';
import { endPrivateServer, loginProblem, writeState } from './private-server-state.mjs';

const START_TIMEOUT_MS = 90_000;

/**
 * Starts the server on its data folder, which is made when there is none, and resolves once the login works. What is
 * left of an earlier run is ended first.
 *
 * @param {import('./types.mjs').ServerKind} kind
 * @param {string} dir
 * @param {import('./private-server-state.mjs').State | null} leftOver
 * @returns {Promise<import('./private-server-state.mjs').State>}
 */
export async function startPrivateServer(kind, dir, leftOver) {
  const { privateServer } = kind;
  if (leftOver) await endPrivateServer(leftOver);
  mkdirSync(dir, { recursive: true });
  const preparedFile = join(dir, 'prepared');
  const paths = await privateServer.prepare(dir, !existsSync(preparedFile));
  writeFileSync(preparedFile, '');
  const ports = await choosePorts(privateServer.ports, leftOver?.ports);
  /** @type {import('./private-server-state.mjs').State} */
  const state = { ports, processes: [] };
  const exits = [];
  for (const command of privateServer.processes(dir, ports, paths)) {
    const { identity, exited } = await launchServer(command, dir);
    exits.push(exited);
    state.processes.push(identity);
    // After each one, so that they are found again however this ends.
    writeState(dir, state);
  }
  await untilLoginWorks(kind, dir, state, Promise.race(exits));
  return state;
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
async function untilLoginWorks(kind, dir, state, exit) {
  let hasEnded = false;
  void exit.then(() => {
    hasEnded = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const problem = await loginProblem(kind, state.ports);
    if (problem === null) return;
    if (hasEnded || Date.now() > deadline) {
      await endPrivateServer(state);
      const logFile = join(dir, 'server.log');
      const log = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
      throw new Error(`The private ${kind.name} does not start (${problem}). The end of ${logFile}:\n${log}`);
    }
    await delay(200);
  }
}

/**
 * The ports it had before, if nobody took them meanwhile: addresses that people noted stay right.
 *
 * @param {string[]} names
 * @param {Record<string, number>} [before]
 * @returns {Promise<Record<string, number>>}
 */
async function choosePorts(names, before) {
  if (before && (await becomeFree(names.map((name) => before[name] ?? 0)))) return before;
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index] ?? 0]));
}

/**
 * Whether all of them are free, or become so: threads of a server that was killed may hold its sockets after its process is gone.
 *
 * @param {number[]} ports
 */
async function becomeFree(ports) {
  for (const deadline = Date.now() + 3_000; Date.now() < deadline; await delay(50)) {
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return true;
  }
  return false;
}
