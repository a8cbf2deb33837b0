import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isRunning } from '../processes/identity.mjs';
import { findServers } from './find-servers.mjs';
import { openVhosts } from './rabbitmq-vhosts.mjs';

const dataRoot = mkdtempSync(join(tmpdir(), 'a folder #1 '));
const env = { PATH: process.env.PATH, TRIBUTARY_SERVERS: 'private' };

const recorded = () =>
  readdirSync(join(dataRoot, 'servers'))
    .map((name) => join(dataRoot, 'servers', name, 'state.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')))
    .flatMap(({ processes }) => processes);

describe('the private servers', () => {
  let servers;
  let pids;

  beforeAll(async () => {
    servers = await findServers({ env, dataRoot });
    pids = recorded();
  }, 90_000);

  afterAll(async () => {
    await servers?.release();
    rmSync(dataRoot, { recursive: true, force: true });
  }, 60_000);

  test('run as separate processes: MariaDB, RabbitMQ with its port mapper, Redis', () => {
    expect(pids).toHaveLength(4);
    expect(pids.every(isRunning)).toBe(true);
  });

  test('listen on the loopback address only', () => {
    const listening = execFileSync('ss', ['-Hltnp'], { encoding: 'utf8' }).split('\n');
    const ours = listening.filter((line) => pids.some(({ pid }) => line.includes(`pid=${pid},`)));
    const addresses = ours.map((line) => line.trim().split(/\s+/)[3]?.replace(/:\d+$/, ''));
    expect(addresses.length).toBeGreaterThanOrEqual(6);
    expect(addresses.filter((address) => address !== '127.0.0.1' && address !== '[::1]')).toEqual([]);
  });

  test('create and delete vhosts', async () => {
    const vhosts = await openVhosts(servers.environment.RABBITMQ_URL, servers.environment);
    await vhosts.create('tributary_test');
    await vhosts.create('tributary_test');
    await vhosts.delete('tributary_test');
    await vhosts.delete('tributary_test');
  });

  test('are found instead of started twice, and end with their last user', async () => {
    const again = await findServers({ env, dataRoot });
    expect(again.environment).toEqual(servers.environment);
    expect(recorded()).toEqual(pids);
    await servers.release();
    expect(pids.filter(isRunning)).toEqual([]);
  });
});
