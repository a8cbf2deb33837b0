import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTcpProxy, type TcpProxy, testServers, waitFor } from '@tributary/testing';
import { z } from 'zod';
import { openClient } from './client.ts';
import { departmentsCsv } from './sample-files.ts';
import { openStack, type Stack } from './stack.ts';

/** The dependencies that each process must report when it starts first. */
const expected: Record<string, string[]> = {
  users: ['the users database', 'Redis', 'the administrator'],
  uploads: ['the uploads database'],
  employees: ['the employment database'],
  gateway: ['Redis', 'the users subgraph', 'the uploads subgraph', 'the employees subgraph'],
  'csv-loader': ['RabbitMQ', 'the employment database'],
};
const logLine = z.object({ msg: z.string() });

let servers: Record<'mysql' | 'redis' | 'amqp', TcpProxy>;
let starting: Promise<Stack>;
const ports: Record<string, number> = {};
const waitedFor = new Map<string, Set<string>>();

const isServer = (scheme: string): scheme is keyof typeof servers => Object.hasOwn(servers, scheme);

/** Routes a process's connections to the servers through the proxies. */
function throughProxies(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      const scheme = value.split('://')[0] ?? '';
      return [name, isServer(scheme) ? servers[scheme].proxyUrl(value) : value];
    }),
  );
}

beforeAll(async () => {
  const urls = testServers();
  servers = {
    mysql: await startTcpProxy(urls.MARIADB_URL, 3306),
    redis: await startTcpProxy(urls.REDIS_URL, 6379),
    amqp: await startTcpProxy(urls.RABBITMQ_URL, 5672),
  };
  await Promise.all(Object.values(servers).map((proxy) => proxy.stop()));
  starting = openStack({
    async wire(_name, env, all) {
      Object.assign(ports, all);
      return throughProxies(env);
    },
    onLine(name, line) {
      const { msg } = logLine.safeParse(JSON.parse(line.startsWith('{') ? line : '{}')).data ?? { msg: '' };
      const what = /^waiting for (.*)$/.exec(msg)?.[1];
      if (what) waitedFor.set(name, (waitedFor.get(name) ?? new Set()).add(what));
    },
  });
  starting.catch(() => undefined);
}, 180_000);

afterAll(async () => {
  await Promise.all(Object.values(servers).map((proxy) => proxy.resume()));
  await (await starting).remove();
  await Promise.all(Object.values(servers).map((proxy) => proxy.close()));
}, 120_000);

test('every process that starts before the servers keeps running, names the missing dependencies, and serves once all are available', async () => {
  for (const [name, names] of Object.entries(expected)) {
    await waitFor(() => names.every((what) => waitedFor.get(name)?.has(what)), {
      timeoutMs: 30_000,
      what: `${name} to wait for ${names.join(', ')}`,
    });
    const response = await fetch(`http://127.0.0.1:${ports[name]}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ waitingFor: expect.arrayContaining(names) });
  }
  for (const server of ['amqp', 'mysql', 'redis'] as const) await servers[server].resume();
  const client = openClient((await starting).gatewayUrl);
  const { token } = await client.register();
  expect(await client.load(token, { content: departmentsCsv, kind: 'DEPARTMENTS' })).toMatchObject({
    status: 'COMPLETED',
  });
}, 180_000);

test('without RabbitMQ files are accepted, and loaded after it recovers', async () => {
  const client = openClient((await starting).gatewayUrl);
  const { token } = await client.register();
  waitedFor.delete('uploads');
  await servers.amqp.stop();
  await waitFor(() => waitedFor.get('uploads')?.has('RabbitMQ'), { what: 'the subgraph to miss RabbitMQ' });
  const { id } = await client.upload(token, { content: departmentsCsv, kind: 'DEPARTMENTS' });
  expect((await fetch(`http://127.0.0.1:${ports.uploads}/health/ready`)).status).toBe(200);
  expect(await client.record(token, id)).toMatchObject({ status: 'RECEIVED' });
  await servers.amqp.resume();
  expect((await client.follow(token, id)).at(-1)).toMatchObject({ status: 'COMPLETED' });
}, 120_000);
