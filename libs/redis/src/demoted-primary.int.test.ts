import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { Redis } from 'ioredis';
import { connectRedis } from './connection.ts';

let server: ReturnType<typeof spawn>;
let admin: Redis;
let port = 0;

beforeAll(async () => {
  const probe = createServer().listen(0, '::1');
  await once(probe, 'listening');
  const address = probe.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  probe.close();
  const settings = ['--bind', '::1', '--port', `${port}`, '--save', '', '--dir', '/tmp'];
  server = spawn('redis-server', settings, { stdio: 'ignore' });
  admin = new Redis(`redis://[::1]:${port}`, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  admin.on('error', () => undefined);
  await waitFor(() => admin.status === 'ready', { what: 'the private Redis' });
});

afterAll(async () => {
  admin.disconnect();
  server.kill('SIGKILL');
  await once(server, 'close');
});

test('the connection to a demoted primary is replaced, and the write is made on the new one', async () => {
  const redis = connectRedis(`redis://[::1]:${port}/0`);
  await redis.set('key', 'before');
  const closed = once(redis, 'close');
  await admin.call('REPLICAOF', '127.0.0.1', '1');
  const write = redis.set('key', 'after');
  await closed;
  await admin.call('REPLICAOF', 'NO', 'ONE');
  await write;
  expect(await redis.get('key')).toBe('after');
  redis.disconnect();
});

test('a write fails in bounded time while there is no primary', async () => {
  const redis = connectRedis(`redis://[::1]:${port}/0`);
  await redis.set('key', 'before');
  await admin.call('REPLICAOF', '127.0.0.1', '1');
  await expect(redis.set('key', 'after')).rejects.toThrow();
  await admin.call('REPLICAOF', 'NO', 'ONE');
  await redis.set('key', 'after');
  redis.disconnect();
});
