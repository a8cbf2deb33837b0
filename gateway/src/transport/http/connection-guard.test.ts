import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sendRaw } from '../../../fixtures/send-raw.ts';
import { guardConnections } from './connection-guard.ts';

let server: Server;
let url: string;
let errors: unknown[];
beforeEach(async () => {
  errors = [];
  server = createServer();
  guardConnections(server, (error) => errors.push(error));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
});

const get = 'GET / HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n';
const upgrade = 'GET / HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const thrown = new Error('thrown by a listener');
const fail = () => {
  throw thrown;
};

test.each([
  ['request', get],
  ['connection', get],
  ['upgrade', upgrade],
  ['clientError', 'no HTTP\r\n\r\n'],
])('an error thrown by a %s listener closes that connection alone', async (event, bytes) => {
  server.once(event, fail);
  expect(await sendRaw(url, bytes)).toBe('');
  expect(errors).toEqual([thrown]);
  server.once('request', (_request, response) => response.end('next'));
  expect(await sendRaw(url, get)).toContain('next');
});

test('so does one thrown by a listener of its socket, request or response', async () => {
  server.on('request', (request, response) => {
    request.socket.once('close', fail);
    request.once('close', fail);
    response.once('close', fail);
    response.end('answered');
  });
  const closed = new Promise((resolve) => {
    server.once('connection', (socket) => socket.once('close', () => setImmediate(resolve)));
  });
  expect(await sendRaw(url, get)).toContain('answered');
  await closed;
  expect(errors).toEqual([thrown, thrown, thrown]);
});

test('so does an error event without a listener', async () => {
  server.once('request', (_request, response) => response.emit('error', thrown));
  expect(await sendRaw(url, get)).toBe('');
  expect(errors).toHaveLength(1);
});

test('what concerns no connection is thrown as before', () => {
  expect(() => server.emit('error', thrown)).toThrow('thrown by a listener');
});
