import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess, isRunning } from '../processes/identity.mjs';
import { launch } from '../processes/launch.mjs';

const READY_TIMEOUT_MS = 90_000;
const CONFIGURATION_ERROR = 78;

/** Another program took the process's port after it was found free. */
export class PortTaken extends Error {
  /** @param {string} name */
  constructor(name) {
    super(`Another program took the port of ${name} before it could listen.`);
  }
}

/**
 * @typedef {object} StackProcess
 * @property {string} name
 * @property {string} url of its health endpoints
 * @property {number} pid of the running process, or of the last one
 * @property {Promise<import('../processes/launch.mjs').Exit>} exited of the running process
 * @property {(signal?: NodeJS.Signals) => Promise<import('../processes/launch.mjs').Exit>} kill sends the signal (default SIGTERM) and waits for the exit; the process is not restarted
 * @property {() => Promise<void>} restart ends the process, starts it and waits until it is ready
 * @property {() => Promise<void>} waitReady resolves when /health/ready returns 200; rejects if the process ends first, with PortTaken if that is the reason
 * @property {boolean} isPortTaken
 */

/**
 * Starts a process and optionally restarts it, with increasing delays, when it ends unexpectedly.
 *
 * @param {object} options
 * @param {string} options.name
 * @param {string[]} options.args of node
 * @param {string} options.cwd
 * @param {Record<string, string>} options.env
 * @param {string} options.url
 * @param {string} options.logFile
 * @param {(identity: import('../processes/identity.mjs').Identity) => void} options.onStart
 * @param {((text: string) => void) | null} options.onRestart called when the process ends and when it is ready again; null: it is not restarted
 * @returns {Promise<StackProcess>}
 */
export async function startStackProcess({ name, args, cwd, env, url, logFile, onStart, onRestart }) {
  let isWanted = true;
  let deaths = 0;
  let isReady = false;
  let isPortTaken = false;
  let current = await start();

  async function start() {
    const started = Date.now();
    const launched = await launch(process.execPath, args, { cwd, env, logFile });
    onStart(launched.identity);
    void launched.exited.then((exit) => afterExit(launched, exit, Date.now() - started));
    return launched;
  }

  /** @param {import('../processes/launch.mjs').Launched} launched @param {import('../processes/launch.mjs').Exit} exit @param {number} livedMs */
  async function afterExit(launched, exit, livedMs) {
    if (!isWanted || launched !== current) return;
    isPortTaken = !isReady && readLogEnd(logFile).includes('EADDRINUSE');
    if (isPortTaken || onRestart === null || exit.code === CONFIGURATION_ERROR) return;
    deaths = livedMs > 60_000 ? 1 : deaths + 1;
    const pauseMs = Math.min(30_000, 500 * 2 ** deaths);
    onRestart(`${name} ${describeExit(exit)}; restarting in ${pauseMs / 1000} s. Log: ${logFile}`);
    await delay(pauseMs);
    if (!isWanted || launched !== current) return;
    const restarted = await start();
    current = restarted;
    const hasRecovered = await waitReady().then(
      () => true,
      () => false,
    );
    if (hasRecovered && current === restarted) onRestart(`${name} is running again.`);
  }

  /** @param {NodeJS.Signals} signal */
  async function kill(signal = 'SIGTERM') {
    isWanted = false;
    if (signal === 'SIGTERM') await endProcess(current.identity, { graceMs: 30_000 });
    else if (isRunning(current.identity)) process.kill(current.identity.pid, signal);
    return current.exited;
  }

  async function waitReady() {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    /** @type {import('../processes/launch.mjs').Exit | null} */
    let exit = null;
    if (onRestart === null)
      void current.exited.then((value) => {
        exit = value;
      });
    for (let state = ''; Date.now() < deadline; await delay(50)) {
      const answer = await probeReadiness(url);
      if (isPortTaken) throw new PortTaken(name);
      // Another program on the port would respond too.
      if (answer === 'ready' && isRunning(current.identity)) {
        isReady = true;
        return;
      }
      state = answer;
      if (exit !== null) throw new Error(`${name} ${describeExit(exit)} before it was ready. Log: ${logFile}`);
      if (Date.now() + 100 > deadline) throw new Error(`${name} is not ready: ${state}. Log: ${logFile}`);
    }
  }

  return {
    name,
    url,
    get pid() {
      return current.identity.pid;
    },
    get exited() {
      return current.exited;
    },
    get isPortTaken() {
      return isPortTaken;
    },
    kill,
    async restart() {
      await kill();
      isWanted = true;
      current = await start();
      await waitReady();
    },
    waitReady,
  };
}

/** @param {string} file */
function readLogEnd(file) {
  const text = readFileSync(file, 'utf8');
  return text.slice(-20_000);
}

/** @param {import('../processes/launch.mjs').Exit} exit */
const describeExit = ({ code, signal }) => (signal === null ? `exited with code ${code}` : `was killed (${signal})`);

/** @param {string} url */
async function probeReadiness(url) {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    return response.ok ? 'ready' : `it responds with ${response.status} ${await response.text()}`;
  } catch {
    return 'no response yet';
  }
}
