import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const fixture = fileURLToPath(new URL('../fixtures/process.ts', import.meta.url));
const loader = fileURLToPath(new URL('../fixtures/register-swc.mjs', import.meta.url));

/** Runs the fixture; `stopWith` is sent once it has started. Resolves with its exit code and its plain output lines. */
async function run(mode: string, stopWith: NodeJS.Signals | null, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', loader, fixture, mode], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let problems = '';
  child.stderr.on('data', (chunk) => {
    problems += chunk;
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line === 'started' && stopWith) child.kill(stopWith);
  });
  const [code] = await once(child, 'close');
  return { code, lines, problems };
}

describe('startProcess', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s closes in reverse order and exits 0', async (signal) => {
    const { code, lines } = await run('well', signal);
    expect(lines).toEqual(['started', 'closed last opened', 'closed first opened']);
    expect(code).toBe(0);
  });

  test('an error at start closes what was opened and exits 1', async () => {
    const { code, lines } = await run('fail', null);
    expect(lines).toEqual(['closed last opened', 'closed first opened']);
    expect(code).toBe(1);
  });

  test('a rejection nobody handles ends the process with 1', async () => {
    expect((await run('reject', null)).code).toBe(1);
  });

  test('a close that hangs is cut off after SHUTDOWN_TIMEOUT_MS with 1', async () => {
    expect((await run('hang', 'SIGTERM', { SHUTDOWN_TIMEOUT_MS: '200' })).code).toBe(1);
  });

  test('a wrong configuration is said on standard error and exits 78', async () => {
    const { code, problems } = await run('well', null, { LOG_LEVEL: 'loud' });
    expect(problems).toMatch(/LOG_LEVEL: /);
    expect(code).toBe(78);
  });
});
