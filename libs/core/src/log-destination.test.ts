import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { countDroppedLogLines, openLogDestination } from './log-destination.ts';

const fixture = fileURLToPath(new URL('../fixtures/log-process.ts', import.meta.url));
const loader = fileURLToPath(new URL('../fixtures/register-swc.mjs', import.meta.url));

/** Asks a process that logs to `stdout` 200 times; the last answer is how many lines it has dropped. SIGTERM must end it with 0. */
async function droppedBy(stdout: number | 'pipe', prepare: (child: ChildProcess) => void = () => undefined) {
  const child = spawn(process.execPath, ['--import', loader, fixture], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', stdout, 'pipe'],
  });
  prepare(child);
  const [port] = child.stderr ? await once(child.stderr, 'data') : [];
  let dropped = 0;
  for (let request = 0; request < 200; request += 1) {
    const response = await fetch(`http://127.0.0.1:${Number(port)}`, { signal: AbortSignal.timeout(5_000) });
    dropped = Number(await response.text());
  }
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  return dropped;
}

test('a full disk under the log costs lines, which are counted, and nothing else', async () => {
  const full = openSync('/dev/full', 'w');
  expect(await droppedBy(full)).toBeGreaterThan(50);
  closeSync(full);
});

test('a log whose reader is gone costs nothing else', async () => {
  expect(await droppedBy('pipe', (child) => child.stdout?.destroy())).toBeGreaterThan(50);
});

test('lines that found no room for a while are written when there is room again, with the number of those dropped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, 'r+');
  const { write } = openLogDestination(pipe);
  const before = countDroppedLogLines();
  const line = `${JSON.stringify({ text: 'x'.repeat(9_987) })}\n`;
  for (let count = 0; count < 300; count += 1) write(line);
  const dropped = countDroppedLogLines() - before;
  expect(dropped).toBeGreaterThan(150);

  let text = '';
  const buffer = Buffer.alloc(1 << 16);
  while (!text.endsWith('log lines dropped"}\n')) {
    // The lines that wait are written by a timer as the pipe is read.
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (text.length < (300 - dropped) * line.length || !text.includes('dropped')) text += readAvailable(pipe, buffer);
  }
  const lines = text.trimEnd().split('\n');
  expect(lines.slice(0, -1)).toEqual(Array(300 - dropped).fill(line.trimEnd()));
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ dropped });
  closeSync(pipe);
  rmSync(folder, { recursive: true });
});

/** The pipe is read without blocking: an empty one gives nothing. */
function readAvailable(pipe: number, buffer: Buffer): string {
  const own = openSync(`/proc/self/fd/${pipe}`, 0o4000);
  try {
    return buffer.toString('utf8', 0, readSync(own, buffer));
  } catch {
    return '';
  } finally {
    closeSync(own);
  }
}
