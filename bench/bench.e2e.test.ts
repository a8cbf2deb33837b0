import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));

async function runBench(...args: string[]): Promise<string> {
  const main = ['--import', 'tsx', '--conditions=tributary-source', 'bench/main.ts'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...main, ...args], { cwd: root });
  return stdout + stderr;
}

test('every measurement works, whatever the time it takes', async () => {
  const output = await runBench('--tiny');
  expect(output).not.toContain('failed');
  const measurements = (await runBench('--list')).trim().split('\n');
  expect(measurements.length).toBeGreaterThan(7);
  for (const nameAndQuestion of measurements) expect(output).toContain(nameAndQuestion);
}, 600_000);

test('an unknown measurement or option is refused, saying which', async () => {
  await expect(runBench('--only', 'queries,nothing')).rejects.toThrow('no measurement "nothing"');
  await expect(runBench('--rounds', 'many')).rejects.toThrow('--rounds');
}, 60_000);
