import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../../scripts/checkout/checkout.mjs';
import { run } from '../../scripts/processes/run.mjs';

/** Seconds from `npm start -- --no-sample` to its last line; it is ended again. Throws with what it said where it does not get there. */
export async function timeStart(environment: Record<string, string>): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, ['scripts/start.mjs', '--no-sample'], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let said = '';
  let seconds: number | null = null;
  for await (const part of child.stdout.setEncoding('utf8')) {
    said += part;
    if (seconds === null && said.includes('Tributary is ready')) {
      seconds = (performance.now() - begin) / 1000;
      child.kill('SIGINT');
    }
  }
  await closed;
  if (seconds === null) throw new Error(`The start ended before it was ready:\n${said}`);
  return seconds;
}

/** Removes all that starts of this instance made. */
export async function removeInstance(environment: Record<string, string>): Promise<void> {
  await run(process.execPath, ['scripts/reset.mjs'], { cwd: root, env: { ...process.env, ...environment } });
}
