import { Agent, type IncomingMessage, request } from 'node:http';
import { createResultReader, type ResultCache } from '@tributary/answers';
import { createLog } from '@tributary/core';
import { computeQueryResults, openEmploymentDb } from '@tributary/employment-db';
import { Redis } from 'ioredis';
import type { HttpRequest, Send, Target } from './job.ts';

/** Opens what the load is sent to; `connections` are kept open between requests. */
export async function openTarget(target: Target, connections: number): Promise<{ send: Send; close(): void }> {
  if (target.kind === 'sql') return openSql(target);
  return target.kind === 'http' ? openHttp(target, connections) : openRedis(target, connections);
}

function openHttp({ url, requests }: Extract<Target, { kind: 'http' }>, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  const to = new URL(url);
  let sent = 0;
  const send = () => {
    const next = requests[sent++ % requests.length];
    return next ? post(to, agent, next) : Promise.resolve('nothing to send');
  };
  return { send, close: () => agent.destroy() };
}

function post(url: URL, agent: Agent, { headers, body }: HttpRequest): Promise<string | null> {
  return new Promise((resolve) => {
    const outgoing = request(url, {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    outgoing.on('response', (response) => void findError(response).then(resolve));
    outgoing.end(body);
  });
}

/** What is wrong with an answer of the graph: its first error's code, or its status; null where nothing is. */
async function findError(response: IncomingMessage): Promise<string | null> {
  try {
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    const text = Buffer.concat(parts).toString();
    if (text.startsWith('{"data":') && !text.includes('"errors":'))
      return response.statusCode === 200 ? null : `status ${response.statusCode}`;
    return JSON.parse(text).errors?.[0]?.extensions?.code ?? `status ${response.statusCode}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function openRedis({ url, key, field }: Extract<Target, { kind: 'redis' }>, connections: number) {
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new Redis(url, { lazyConnect: true });
      await client.connect();
      return client;
    }),
  );
  const send: Send = async (connection) => {
    const [version, rows] = (await clients[connection]?.hmget(key, 'version', field)) ?? [];
    return version && rows && Array.isArray(JSON.parse(rows)) ? null : 'nothing cached';
  };
  return { send, close: () => clients.forEach((client) => void client.disconnect()) };
}

const neverCached: ResultCache = {
  store: async () => 'notNewer',
  read: async () => null,
  version: async () => null,
  ready: () => true,
  close: async () => {},
};

function openSql({ url, year }: Extract<Target, { kind: 'sql' }>) {
  const db = openEmploymentDb(url);
  const log = createLog('bench', 'silent');
  const reader = createResultReader({ cache: neverCached, compute: () => computeQueryResults(db.pool), log });
  const send: Send = async () => ((await reader.read('hiresByQuarter', year)).length > 0 ? null : 'no rows');
  return { send, close: () => void db.close() };
}
