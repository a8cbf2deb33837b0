import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a command and resolves with its standard output. If it fails, the error contains the last lines of its output;
 * nothing is printed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, timeoutMs?: number }} [options]
 * @returns {Promise<string>}
 */
export async function run(command, args, { cwd, env = process.env, timeoutMs } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
  let output = '';
  let everything = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    everything += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    everything += text;
  });
  const [code, signal] = await once(child, 'close');
  if (code === 0) return output;
  const lines = everything.trimEnd().split('\n').slice(-40).join('\n');
  throw new Error(`${[command, ...args].join(' ')} ended with ${signal ?? `code ${code}`}\n${lines}`);
}

/**
 * Whether the command runs and exits with 0; never throws.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function succeeds(command, args, options) {
  try {
    await run(command, args, { timeoutMs: 10_000, ...options });
    return true;
  } catch {
    return false;
  }
}
