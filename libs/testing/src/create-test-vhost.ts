import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { testServers } from './test-servers.ts';
import { uniqueName } from './unique-name.ts';

const run = promisify(execFile);

export interface TestVhost {
  url: string;
  drop(): Promise<void>;
}

/**
 * A RabbitMQ vhost of the test's own, made by the HTTP API where RABBITMQ_MANAGEMENT_URL is set and by rabbitmqctl
 * otherwise: no login over AMQP may make one. The caller drops it, and every queue in it goes along.
 */
export async function createTestVhost(): Promise<TestVhost> {
  const { RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL } = testServers();
  const name = uniqueName('vhost');
  const url = new URL(RABBITMQ_URL);
  const user = decodeURIComponent(url.username || 'guest');
  const password = decodeURIComponent(url.password || 'guest');
  const server = RABBITMQ_MANAGEMENT_URL
    ? byHttp(RABBITMQ_MANAGEMENT_URL, user, password)
    : { create: byCommand('add_vhost'), allow: byCommand('set_permissions', '-p'), remove: byCommand('delete_vhost') };
  await server.create(name);
  await server.allow(name, user, '.*', '.*', '.*');
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => server.remove(name) };
}

const byCommand =
  (...command: string[]) =>
  async (...args: string[]) => {
    await run('rabbitmqctl', ['--quiet', ...command, ...args]);
  };

function byHttp(managementUrl: string, user: string, password: string) {
  const request = async (method: string, path: string, body?: object) => {
    const response = await fetch(new URL(path, managementUrl), {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  };
  return {
    create: (name: string) => request('PUT', `/api/vhosts/${name}`),
    allow: (name: string, login: string, configure: string, write: string, read: string) =>
      request('PUT', `/api/permissions/${name}/${encodeURIComponent(login)}`, { configure, write, read }),
    remove: (name: string) => request('DELETE', `/api/vhosts/${name}`),
  };
}
