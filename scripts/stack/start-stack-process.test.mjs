import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  revive = null,
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
    revive,
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

  test('that ends before it is ready is an error with its exit code and its log', async () => {
    const one = await aStackProcess({ script: 'process.exit(3)' });
    await expect(one.waitReady()).rejects.toThrow(/brook ended with code 3 before it was ready.*brook\.log/);
  });

  test('that is killed by someone else is started again, and that is said', async () => {
    const said = [];
    const one = await aStackProcess({ revive: (text) => said.push(text) });
    await one.waitReady();
    const { pid, exited } = one;
    process.kill(pid, 'SIGKILL');
    await exited;
    await one.waitReady();
    expect(one.pid).not.toBe(pid);
    expect(said).toEqual([expect.stringContaining('brook ended with SIGKILL; it is started again in 1 s')]);
  });

  test.each([null, () => {}])(
    'whose port another program took first fails with that reason, revived or not',
    async (revive) => {
      const one = await aStackProcess({ script: "throw Object.assign(new Error('listen EADDRINUSE'), {})", revive });
      await expect(one.waitReady()).rejects.toThrow(PortTaken);
    },
  );

  test('left behind by a killed start is ended by the next one', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tributary-'));
    const one = await aStackProcess({ dir });
    const identity = identify(one.pid);
    const record = await openProcessRecord(dir);
    expect(record.leftOvers).toEqual(['brook']);
    expect(isRunning(identity)).toBe(false);
  });
});
