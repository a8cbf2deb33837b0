import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A unique instance name for one test. */
export const anInstanceName = (purpose: string) => `tributary_${purpose}_${randomBytes(4).toString('hex')}`;

/** Runs one of the project's npm commands; throws with its output if it exits with an error. */
export async function runCommand(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root, env, maxBuffer: 2 ** 26 });
  return stdout;
}
