import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createEmptyDatabase, type TestDatabase } from '../libs/testing/src/test-database.ts';
import { connectDatabase } from './database-connection.ts';

let database: TestDatabase;
let proxy: Server;
const sockets = new Set<Socket>();

beforeEach(() => {
  database = createEmptyDatabase('connect');
  const { hostname, port } = new URL(database.url);
  proxy = createServer((client) => {
    const server = connectTo(Number(port || 3306), hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(server).pipe(client);
  });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  proxy.close();
  await database.drop();
});

const listen = (port: number) =>
  new Promise<number>((resolve) =>
    proxy.listen(port, '127.0.0.1', () => {
      const address = proxy.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    }),
  );

async function closedPort(): Promise<string> {
  const port = await listen(0);
  await new Promise((resolve) => proxy.close(resolve));
  const url = new URL(database.url);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}

describe('connectDatabase', () => {
  test('waits for a server that is not there yet, and makes the missing database', async () => {
    const databaseUrl = await closedPort();
    const lines: string[] = [];
    const log = (line: string) => {
      lines.push(line);
      if (line.startsWith('waiting')) void listen(Number(new URL(databaseUrl).port));
    };
    const connection = await connectDatabase({ databaseUrl, log, waitMs: 20_000 });
    await connection.end();
    expect(lines).toEqual([
      expect.stringContaining('waiting for the database server at 127.0.0.1:'),
      expect.stringContaining('created the database'),
    ]);
  });

  test('gives up after the time it was given', async () => {
    const databaseUrl = await closedPort();
    const connecting = connectDatabase({ databaseUrl, log: () => undefined, waitMs: 0 });
    await expect(connecting).rejects.toThrow(/No database server answered at 127.0.0.1:\d+ within 0 s/);
  });

  test('stops waiting when aborted', async () => {
    const stop = new AbortController();
    const log = () => stop.abort(new Error('stopped'));
    const connecting = connectDatabase({ databaseUrl: await closedPort(), log, waitMs: 60_000, signal: stop.signal });
    await expect(connecting).rejects.toThrow();
  });

  test('refuses a wrong login at once, without its password in the message', async () => {
    const url = new URL(database.url);
    url.username = 'nobody_here';
    url.password = 'sesame-sesame';
    const connecting = connectDatabase({ databaseUrl: url.href, log: () => undefined, waitMs: 60_000 });
    await expect(connecting).rejects.toThrow(/refuses the login: Access denied for user 'nobody_here'/);
    await expect(connecting).rejects.not.toThrow(/sesame/);
  });
});
