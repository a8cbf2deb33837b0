import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { freePorts } from '../processes/free-port.mjs';
import { identify, isRunning } from '../processes/identity.mjs';
import { openProcessRecord } from './process-record.mjs';
import { PortTaken, startStackProcess } from './start-stack-process.mjs';

const healthy = `require('node:http').createServer((q, r) => r.end('{}')).listen(process.env.PORT, '127.0.0.1');`;
/** @type {import('./start-stack-process.mjs').StackProcess[]} */
const started = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.kill('SIGKILL')));
});

async function aStackProcess({
  script = healthy,
  onRestart = null,
  dir = mkdtempSync(join(tmpdir(), 'tributary-')),
} = {}) {
  const [port] = await freePorts(1);
  const record = await openProcessRecord(dir);
  const one = await startStackProcess({
    name: 'brook',
    args: ['-e', script],
    cwd: dir,
    env: { PORT: String(port) },
    url: `http://127.0.0.1:${port}`,
    logFile: join(dir, 'brook.log'),
    onStart: (identity) => record.add('brook', identity),
    onRestart,
  });
  started.push(one);
  return one;
}

describe('a process of the stack', () => {
  test('is ready when its health endpoint says so, and another process after a restart', async () => {
    const one = await aStackProcess();
    await one.waitReady();
    const before = one.pid;
    await one.restart();
    expect(one.pid).not.toBe(before);
    expect(identify(before)).toBeNull();
  });

  test('that ends before it is ready is an error with its exit code and log file', async () => {
    const one = await aStackProcess({ script: 'process.exit(3)' });
    await expect(one.waitReady()).rejects.toThrow(/brook exited with code 3 before it was ready.*brook\.log/);
  });

  test('that is killed by another process is restarted, with a message at its end and when it is ready again', async () => {
    const messages = [];
    const one = await aStackProcess({ onRestart: (text) => messages.push(text) });
    await one.waitReady();
    const { pid, exited } = one;
    process.kill(pid, 'SIGKILL');
    await exited;
    await one.waitReady();
    expect(one.pid).not.toBe(pid);
    for (const deadline = Date.now() + 5_000; messages.length < 2 && Date.now() < deadline; ) await pause(20);
    expect(messages).toEqual([
      expect.stringContaining('brook was killed (SIGKILL); restarting in 1 s'),
      'brook is running again.',
    ]);
  });

  test.each([null, () => {}])(
    'whose port another program took first fails with that reason, restarted or not',
    async (onRestart) => {
      const one = await aStackProcess({ script: "throw Object.assign(new Error('listen EADDRINUSE'), {})", onRestart });
      await expect(one.waitReady()).rejects.toThrow(PortTaken);
    },
  );

  test('of a killed start is ended by the next start', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tributary-'));
    const one = await aStackProcess({ dir });
    const identity = identify(one.pid);
    const record = await openProcessRecord(dir);
    expect(record.leftOvers).toEqual(['brook']);
    expect(isRunning(identity)).toBe(false);
  });
});
