import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { WebSocket } from 'ws';
import { askForStream } from '../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({
    MAX_IN_FLIGHT: '50',
    MAX_IN_FLIGHT_PER_ADDRESS: '2',
    MAX_TCP_CONNECTIONS_PER_ADDRESS: '2100',
    REQUEST_HEAD_TIMEOUT_MS: '3000',
    BODY_PROGRESS_MS: '3000',
    RESPONSE_PROGRESS_MS: '1000',
    WEBSOCKET_PING_MS: '200',
    TRUSTED_PROXIES: '127.0.0.1',
  });
  await fixture.untilReady();
});
afterAll(() => fixture.stop());

function open(head: string) {
  const socket = connect({ port: Number(new URL(fixture.url).port), host: '127.0.0.1', localAddress: '127.0.0.2' });
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(head);
  const connected = new Promise((resolve) => socket.once('connect', resolve));
  return { connected, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

const idlePost = 'POST /graphql HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{';
const halfMultipart =
  'POST /graphql HTTP/1.1\r\nHost: g\r\nApollo-Require-Preflight: 1\r\nContent-Length: 999\r\n' +
  'Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{';

describe('slow clients', () => {
  test('2,000 half requests leave others served, and are closed in bounded time', async () => {
    const heads = [idlePost, halfMultipart, 'POST /graphql HTTP/1.1\r\nHo', ''];
    const idle: ReturnType<typeof open>[] = [];
    for (let batch = 0; batch < 20; batch += 1) {
      // More at once than the accept queue holds would never reach the gateway.
      const opened = Array.from({ length: 100 }, (_, index) => open(heads[index % heads.length] ?? ''));
      await Promise.all(opened.map(({ connected }) => connected));
      idle.push(...opened);
    }
    expect(await fixture.ask('{ who }')).toMatchObject({ status: 200 });
    await Promise.all(idle.map(({ closed }) => closed));
  });

  test('one address has only its share of the places; others are served', async () => {
    fixture.subgraph.mood = 'silent';
    const gone = new AbortController();
    const from = (address: string) =>
      askForStream(fixture.url, 'application/json', '{ who }', {
        headers: { 'x-forwarded-for': address },
        signal: gone.signal,
      });
    const before = fixture.subgraph.queries;
    const waiting = [from('192.0.2.1'), from('192.0.2.1')];
    await waitFor(async () => fixture.subgraph.queries === before + 2);
    fixture.subgraph.mood = 'well';
    const refused = await from('192.0.2.1');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { limit: 'MAX_IN_FLIGHT_PER_ADDRESS' } }] });
    expect((await from('192.0.2.2')).status).toBe(200);
    gone.abort();
    await Promise.allSettled(waiting);
  });

  test('a WebSocket whose peer is gone is closed after two pings', async () => {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      autoPong: false,
    });
    await once(socket, 'ping');
    const [code] = await once(socket, 'close');
    expect(code).toBe(1006);
  });
});

test('an address opens connections up to its maximum', async () => {
  const few = await startFixture({ MAX_TCP_CONNECTIONS_PER_ADDRESS: '3' });
  try {
    const port = Number(new URL(few.url).port);
    const sockets = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const over = connect(port, '127.0.0.1').resume();
    over.on('error', () => undefined);
    await new Promise((resolve) => over.once('close', resolve));
    for (const socket of sockets) socket.destroy();
    await waitFor(async () => (await few.ask('{ who }').catch(() => null))?.status === 200);
  } finally {
    await few.stop();
  }
});
