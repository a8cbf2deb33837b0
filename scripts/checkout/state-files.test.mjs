import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { getOwnIdentity, identify, isRunning } from '../processes/identity.mjs';
import { launch } from '../processes/launch.mjs';
import { withLock } from '../processes/lock.mjs';
import { acquirePrivateServer } from '../servers/private-server.mjs';
import { readState } from '../servers/private-server-state.mjs';
import { assertNotRunning, openProcessRecord, readProcessRecord } from '../stack/process-record.mjs';
import { loadSecrets } from '../stack/secrets.mjs';
import { writeStateFile } from './state-file.mjs';

const newFolder = () => mkdtempSync(join(tmpdir(), 'tributary-state-'));
const breakages = /** @type {const} */ ([
  ['empty', () => ''],
  ['truncated', (text) => text.slice(0, text.length / 2)],
  ['garbage', () => '\0\0\0\u0001 {]'],
  ['other JSON', () => '{"pid":"1","processes":{"a":null},"ports":[]}'],
]);

/** @type {import('../processes/identity.mjs').Identity[]} */
const launched = [];
afterEach(() => {
  for (const { pid } of launched.splice(0)) if (identify(pid)) process.kill(pid, 'SIGKILL');
});

/** A process whose output goes to that file, as of all that scripts launch. @param {string} logFile */
async function sleeper(logFile) {
  const { identity } = await launch(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    ...{ cwd: tmpdir(), env: {}, logFile },
  });
  launched.push(identity);
  return identity;
}

const server = `require('node:http').createServer((q, r) => r.end('{}')).listen(process.env.PORT, '127.0.0.1')`;
/** A private server that is a few lines of Node. @param {(port: number) => Promise<unknown>} [beforeLaunch] */
const aKind = (beforeLaunch = async () => {}) => ({
  name: 'Brook',
  variable: 'BROOK_URL',
  localUrls: [],
  debianPackages: [],
  compose: { service: '', port: 0, toEnvironment: async () => ({}) },
  async login(url) {
    if (!(await fetch(url)).ok) throw new Error('not ok');
    return { BROOK_URL: url };
  },
  privateServer: {
    folder: 'brook',
    program: process.execPath,
    ports: ['http'],
    prepare: async () => ({}),
    processes: (_dir, { http }) => {
      void beforeLaunch(http);
      return [{ command: process.execPath, args: ['-e', server], env: { PORT: String(http) } }];
    },
    environment: ({ http }) => ({ BROOK_URL: `http://127.0.0.1:${http}` }),
  },
});

describe.each(breakages)('a state file that is %s', (_name, broken) => {
  test('is taken over if it is a lock', async () => {
    const file = join(newFolder(), 'brook.lock');
    writeFileSync(file, broken(JSON.stringify(getOwnIdentity())));
    expect(await withLock(file, async () => 'done')).toBe('done');
    expect(readdirSync(join(file, '..'))).toEqual([]);
  });

  test('is replaced by the running processes if it is processes.json', async () => {
    const dir = newFolder();
    const record = await openProcessRecord(dir);
    mkdirSync(join(dir, 'logs'));
    const identity = await sleeper(join(dir, 'logs', 'brook.log'));
    record.add('brook', identity);
    writeFileSync(join(dir, 'processes.json'), broken(readFileSync(join(dir, 'processes.json'), 'utf8')));
    expect((await openProcessRecord(dir)).leftOvers).toEqual([`brook ${identity.pid}`]);
    expect(isRunning(identity)).toBe(false);
  });

  test('is an error with its name and what to do if it is secrets.json', () => {
    const dir = newFolder();
    const file = join(dir, 'secrets.json');
    loadSecrets(dir);
    writeFileSync(file, broken(readFileSync(file, 'utf8')));
    expect(() => loadSecrets(dir)).toThrow(`${file} is broken`);
    expect(() => loadSecrets(dir)).toThrow('Restore it from a backup, or delete it');
  });

  test('is replaced by the running processes if it is the state of a private server, and ignored if it is one of its users', async () => {
    const dir = newFolder();
    const first = await acquirePrivateServer(aKind(), dir);
    const { processes } = readState(join(dir, 'brook'));
    for (const file of ['state.json', `users/${process.pid}`, 'users/1']) {
      writeFileSync(join(dir, 'brook', file), broken(JSON.stringify({ ports: { http: 1 }, processes })));
    }
    const second = await acquirePrivateServer(aKind(), dir);
    expect((await fetch(second.environment.BROOK_URL)).ok).toBe(true);
    expect(processes.some(isRunning)).toBe(false);
    await second.release();
    expect(readState(join(dir, 'brook')).processes.some(isRunning)).toBe(false);
    await first.release();
  });
});

test('only the owner can read state files, and no other file stays in their folder', () => {
  const folder = join(newFolder(), 'new');
  writeStateFile(join(folder, 'a.json'), '1');
  writeStateFile(join(folder, 'a.json'), '2');
  expect(readdirSync(folder)).toEqual(['a.json']);
  expect([folder, join(folder, 'a.json')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
});

test('a lock of a running process is waited for, with a message that names the process; a lock of an ended process is taken over', async () => {
  const file = join(newFolder(), 'brook.lock');
  const identity = await sleeper(join(newFolder(), 'log'));
  writeFileSync(file, JSON.stringify(identity));
  const noted = await new Promise((resolve) => {
    void withLock(file, async () => {}, resolve);
  });
  expect(noted).toBe(`Waiting for process ${identity.pid}, which holds ${file}.`);
  process.kill(identity.pid, 'SIGKILL');
  expect(await withLock(file, async () => 'done')).toBe('done');
  writeFileSync(file, JSON.stringify({ ...getOwnIdentity(), started: 'before this process' }));
  expect(await withLock(file, async () => 'done')).toBe('done');
});

test('a start fails at once while another process runs the instance, and names its address', async () => {
  const dir = newFolder();
  const owner = await sleeper(join(newFolder(), 'log'));
  writeStateFile(
    join(dir, 'processes.json'),
    JSON.stringify({ owner, processes: {}, gatewayUrl: 'http://brook:4027' }),
  );
  expect(() => assertNotRunning(dir)).toThrow(`Already running at http://brook:4027 (process ${owner.pid}).`);
  await expect(openProcessRecord(dir)).rejects.toThrow('Already running');
  process.kill(owner.pid, 'SIGKILL');
  while (isRunning(owner)) await new Promise((resolve) => setTimeout(resolve, 10));
  const record = await openProcessRecord(dir);
  record.setGatewayUrl('http://brook:4028');
  expect(readProcessRecord(dir)).toMatchObject({ owner: getOwnIdentity(), gatewayUrl: 'http://brook:4028' });
});

test('a private server whose port another program takes first starts on another', async () => {
  /** @type {import('node:http').Server[]} */
  const others = [];
  const takeFirst = async (port) => {
    if (others.length === 0)
      others.push(createServer((_request, response) => response.end('{}')).listen(port, '127.0.0.1'));
  };
  const found = await acquirePrivateServer(aKind(takeFirst), newFolder());
  expect(new URL(found.environment.BROOK_URL).port).not.toBe(String(Object(others[0]?.address()).port));
  await found.release();
  others[0]?.close();
});
