import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { endProcess, getOwnIdentity, identify, isRunning } from './identity.mjs';

async function aProcess(script = 'setInterval(() => {}, 1000)') {
  const child = spawn(process.execPath, ['-e', `${script}; process.stdout.write('up')`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return { child, identity: identify(child.pid) };
}

describe('the identity of a process', () => {
  test('is the same each time it is read', () => {
    expect(identify(process.pid)).toEqual(getOwnIdentity());
    expect(isRunning(getOwnIdentity())).toBe(true);
  });

  test('differs from that of a later process with the same pid', () => {
    expect(isRunning({ pid: process.pid, started: 'at another time' })).toBe(false);
  });

  test('another process with a recorded pid is left alone', async () => {
    const { child, identity } = await aProcess();
    await endProcess({ ...identity, started: 'at another time' });
    expect(isRunning(identity)).toBe(true);
    child.kill('SIGKILL');
  });

  test('a process that ignores SIGTERM is killed after the grace time', async () => {
    const { child, identity } = await aProcess("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
    const exit = once(child, 'exit');
    await endProcess(identity, { graceMs: 100 });
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(isRunning(identity)).toBe(false);
  });
});
