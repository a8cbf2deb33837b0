import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { connectRaw, sendRaw } from '../../fixtures/send-raw.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';

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
