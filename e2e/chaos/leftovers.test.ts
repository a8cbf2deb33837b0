import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { isRunning } from '../../scripts/processes/identity.mjs';

const launched = z.object({ folder: z.string(), identity: z.object({ pid: z.number(), started: z.string() }) });

/** A program that launches a process that ignores SIGTERM, and then waits to be killed. */
const owner = (rest: string) => `
  import { mkdirSync } from 'node:fs';
  import { createOwnedFolder, startReaper } from './leftovers.mjs';
  import { launch } from '../../scripts/processes/launch.mjs';
  const folder = createOwnedFolder('test');
  mkdirSync(folder + '/logs');
  const args = ['--eval', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'];
  const { identity } = await launch(process.execPath, args, { cwd: folder, env: {}, logFile: folder + '/logs/one.log' });
  ${rest}
  console.log(JSON.stringify({ folder, identity }));
  setInterval(() => {}, 1000);`;

test('the processes of a suite that is killed end with it', async () => {
  const { folder, identity, kill } = await startOwner('startReaper();');
  expect(isRunning(identity)).toBe(true);
  await kill();
  await untilEnded(identity);
  await rm(folder, { recursive: true });
}, 30_000);

test('the next start ends the processes of a suite that was killed together with its reaper', async () => {
  const { folder, identity, kill } = await startOwner('');
  await kill();
  expect(isRunning(identity)).toBe(true);
  const { endLeftovers } = await import('./leftovers.mjs');
  expect(await endLeftovers()).toBeGreaterThanOrEqual(1);
  expect(isRunning(identity)).toBe(false);
  await rm(folder, { recursive: true });
}, 30_000);

async function startOwner(rest: string) {
  const cwd = dirname(fileURLToPath(import.meta.url));
  const child = spawn(process.execPath, ['--input-type=module', '--eval', owner(rest)], {
    cwd,
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  return {
    ...launched.parse(JSON.parse(String(output))),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function untilEnded(identity: z.infer<typeof launched>['identity']) {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    if (!isRunning(identity)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Process ${identity.pid} runs on.`);
}
