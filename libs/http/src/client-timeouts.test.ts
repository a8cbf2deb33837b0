import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { enforceTimeouts, serverTimeouts, type TimeoutName } from './client-timeouts.ts';
import { listen } from './listener.ts';

const times = {
  REQUEST_HEAD_TIMEOUT_MS: 200,
  REQUEST_BODY_TIMEOUT_MS: 600,
  BODY_PROGRESS_MS: 200,
  BODY_PROGRESS_BYTES: 100,
  RESPONSE_PROGRESS_MS: 400,
};

let server: Server;
let port: number;
let closed: TimeoutName[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const sockets: Socket[] = [];

beforeEach(async () => {
  closed = [];
  answer = (request, response) => {
    text(request).then(
      (body) => response.end(String(body.length)),
      () => response.destroy(),
    );
  };
  server = createServer(serverTimeouts(times), (request, response) => answer(request, response));
  enforceTimeouts(server, { times, closed: (limit) => closed.push(limit) });
  port = Number(new URL(await listen(server, { host: '127.0.0.1', port: 0 })).port);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A connection on which this was sent, and everything that is answered until the server closes it. */
function send(...parts: string[]) {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  for (const part of parts) socket.write(part);
  return { socket, answered: text(socket).catch(() => 'reset') };
}

const upload = (length: number) =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n`;

describe('a connection is closed in bounded time', () => {
  test.each<[string, string[], TimeoutName]>([
    ['that never sends anything', [], 'REQUEST_HEAD_TIMEOUT_MS'],
    ['with half a head', ['GET / HTTP/1.1\r\nHos'], 'REQUEST_HEAD_TIMEOUT_MS'],
    ['with half a body', ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf'], 'BODY_PROGRESS_MS'],
    ['with half a multipart body', [upload(9_999), '--b\r\n'], 'BODY_PROGRESS_MS'],
  ])('%s', async (_name, parts, limit) => {
    await send(...parts).answered;
    expect(closed).toEqual([limit]);
  });

  test('with a body other than an upload that comes in small pieces', async () => {
    const { socket, answered } = send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n');
    const drip = setInterval(() => socket.write('x'.repeat(100)), 50);
    socket.on('error', () => undefined);
    await answered.finally(() => clearInterval(drip));
    expect(closed).toEqual(['REQUEST_BODY_TIMEOUT_MS']);
  });

  test('a head that is not complete in time is answered 408', async () => {
    expect(await send('GET / HTTP/1.1\r\n').answered).toMatch(/^HTTP\/1.1 408 /);
  });

  test('whose client does not read the response', async () => {
    answer = (_request, response) => void response.end(Buffer.alloc(32_000_000));
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(server, 'request').then(([request]) => once(request.socket, 'close'));
    expect(closed).toEqual(['RESPONSE_PROGRESS_MS']);
  });
});

test('an upload may take long as long as it makes progress', async () => {
  const { socket, answered } = send(upload(1_500).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  for (let count = 0; count < 10; count += 1) {
    socket.write('x'.repeat(150));
    await pause(100);
  }
  expect(await answered).toMatch(/1500$/);
  expect(closed).toEqual([]);
});

test('an upload that this server does not read, and a slow answer, are not the fault of the client', async () => {
  answer = (request, response) => {
    request.pause();
    setTimeout(() => void text(request).then((body) => setTimeout(() => response.end(String(body.length)), 700)), 900);
  };
  const { answered } = send(upload(900_000).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'), 'x'.repeat(900_000));
  expect(await answered).toMatch(/900000$/);
  expect(closed).toEqual([]);
});
