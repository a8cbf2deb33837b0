import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { WebSocket } from 'ws';
import { connectRaw, sendRaw } from '../../../fixtures/send-raw.ts';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';
import { putParts } from '../../../fixtures/test-client.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const head = (...lines: string[]) => `${['', ...lines].join('\r\n').trimStart()}\r\n\r\n`;
const upgrade = (target: string, ...more: string[]) =>
  head(`GET ${target} HTTP/1.1`, 'Host: g', 'Connection: Upgrade', 'Upgrade: websocket', ...more);

test.each(['//', '///', '/\\', 'http://', 'http://[', '*', '/graphql//', '//graphql', '/%', '/graphql/../x'])(
  'an upgrade request for %s is 404, and the gateway goes on',
  async (target) => {
    expect(await sendRaw(fixture.url, upgrade(target))).toMatch(/^HTTP\/1.1 404 /);
    expect(await fixture.ask('{ who }')).toMatchObject({ data: { who: 'nobody' } });
  },
);

test.each([
  ['without a key', [], 400],
  ['of an old version', ['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Version: 1'], 400],
  ['from an origin that is no URL', ['Origin: http://['], 403],
])('an upgrade request %s is refused', async (_name, lines, status) => {
  expect(await sendRaw(fixture.url, upgrade('/graphql', ...lines))).toContain(`HTTP/1.1 ${status} `);
});

test('an upgrade to h2c is ignored: the request is answered as HTTP/1.1, and so is the next one on the connection', async () => {
  const body = JSON.stringify({ query: '{ who }' });
  const post = (...lines: string[]) =>
    head(
      'POST /graphql HTTP/1.1',
      'Host: g',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      ...lines,
    );
  const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
  const socket = connectRaw(fixture.url);
  const answers: string[] = [];
  socket.on('data', (chunk) => answers.push(String(chunk)));
  socket.write(`${post(...offer)}${body}`);
  await waitFor(() => answers.join('').includes('"nobody"'));
  socket.write(`${post('Connection: close')}${body}`);
  await once(socket, 'close');
  expect(answers.join('').match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
  expect(answers.join('').match(/{"data":{"who":"nobody"}}/g)).toHaveLength(2);
});

test.each([
  '//',
  '/graphql//?query={who}',
  '/graphql//?query={who}&extensions={"persistedQuery":{"version":1,"sha256Hash":"0"}}',
  '/%',
  '/graphql/%ff?a=%',
])('GET %s is answered with less than 500', async (target) => {
  const answer = await sendRaw(fixture.url, head(`GET ${target} HTTP/1.1`, 'Host: g', 'Connection: close'));
  expect(answer).toMatch(/^HTTP\/1.1 [234]/);
});

test('a map into inherited functions is BAD_USER_INPUT, and changes no built-in function', async () => {
  const operations = JSON.stringify({ query: '{ who }', variables: {} });
  const call = Object.prototype.hasOwnProperty.call;
  for (const path of ['hasOwnProperty.call', 'variables.hasOwnProperty.call', 'variables.toString.bind']) {
    const answer = await fixture.sendParts([
      ['operations', operations],
      ['map', JSON.stringify({ 0: [path] })],
      ['0', 'x'],
    ]);
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  }
  expect(Object.prototype.hasOwnProperty.call).toBe(call);
});

describe('variables nested 20,000 deep are BAD_USER_INPUT', () => {
  const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const refused = [
    {
      extensions: { code: 'BAD_USER_INPUT', reason: 'REQUEST_MALFORMED' },
      message: expect.stringContaining('nested deeper'),
    },
  ];

  test('over HTTP', async () => {
    const body = `{"query":"{ who }","variables":{"v":${nested}}}`;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${fixture.url}/graphql`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: refused });
  });

  test('in a multipart request', async () => {
    const operations = `{"query":"{ who }","variables":{"file":null,"v":${nested}}}`;
    const answer = await fixture.sendParts([
      ['operations', operations],
      ['map', '{"0":["variables.file"]}'],
      ['0', 'x'],
    ]);
    expect(answer).toMatchObject({ status: 400, errors: refused });
  });

  test('over a WebSocket, where the other operations go on', async () => {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const received: { id?: string; type: string }[] = [];
    socket.on('message', (data) => received.push(JSON.parse(String(data))));
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await waitFor(() => received.some(({ type }) => type === 'connection_ack'));
    socket.send(`{"type":"subscribe","id":"deep","payload":{"query":"{ who }","variables":{"v":${nested}}}}`);
    socket.send('{"type":"subscribe","id":"fine","payload":{"query":"{ who }"}}');
    await waitFor(() => received.some(({ id, type }) => id === 'fine' && type === 'complete'));
    expect(received).toContainEqual(
      expect.objectContaining({
        id: 'deep',
        type: 'error',
        payload: refused.map((error) => expect.objectContaining(error)),
      }),
    );
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
  });
});

test('a file part without a file name is BAD_USER_INPUT', async () => {
  const form = new FormData();
  for (const [name, text] of putParts()) form.append(name, text);
  form.append('0', new Blob(['x'], { type: 'application/octet-stream' }), '');
  const headers = { 'apollo-require-preflight': 'yes' };
  const response = await fetch(`${fixture.url}/graphql`, { method: 'POST', headers, body: form });
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});
