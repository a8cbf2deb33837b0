import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Drain, prepareDrain } from './drain.ts';
import { listen } from './listener.ts';

let server: Server;
let drain: Drain;
let url: string;
const agent = new Agent({ keepAlive: true });

/** Answers with what it was sent, once all of it is there. */
beforeEach(async () => {
  server = createServer((incoming, response) => {
    text(incoming).then(
      (body) => response.end(body),
      () => response.destroy(),
    );
  });
  drain = prepareDrain(server);
  url = await listen(server, { host: '127.0.0.1', port: 0 });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function post(): { send: ReturnType<typeof request>; answer: Promise<IncomingMessage> } {
  const send = request(url, { method: 'POST', agent });
  const answer = once(send, 'response').then(([response]) => response);
  answer.catch(() => undefined);
  return { send, answer };
}

async function ask(): Promise<IncomingMessage> {
  const { send, answer } = post();
  send.end('x');
  const response = await answer;
  await text(response);
  return response;
}

/** A request of which the server has the head and a part of its body. */
async function half() {
  const exchange = post();
  const arrived = once(server, 'request');
  exchange.send.write('half ');
  await arrived;
  return exchange;
}

describe('a server that drains', () => {
  test('takes requests while it announces that it goes, on old and new connections, and says close to each', async () => {
    expect((await ask()).headers.connection).toBe('keep-alive');
    const announced = drain.beginDrain(300);
    expect((await ask()).headers.connection).toBe('close');
    expect((await ask()).headers.connection).toBe('close');
    await announced;
    const finished = drain.finish(5_000);
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await finished).toBe(0);
  });

  test('answers the request in hand, however slowly the rest of it comes, then closes its connection', async () => {
    const { send, answer } = await half();
    await drain.beginDrain(0);
    const finished = drain.finish(5_000);
    send.end('and half');
    const response = await answer;
    expect(await text(response)).toBe('half and half');
    expect(response.headers.connection).toBe('close');
    expect(await finished).toBe(0);
  });

  test('does not wait for connections that are idle or never said anything', async () => {
    await ask();
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    await once(silent, 'connect');
    await ask();
    await drain.beginDrain(0);
    const since = performance.now();
    expect(await drain.finish(20_000)).toBe(0);
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  test('answers a connection that was made before and sends its request only now', async () => {
    const late = connect(Number(new URL(url).port), '127.0.0.1');
    await Promise.all([once(late, 'connect'), once(server, 'connection')]);
    await drain.beginDrain(0);
    const finished = drain.finish(5_000);
    late.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await text(late)).toMatch(/^HTTP\/1.1 200 OK/);
    expect(await finished).toBe(0);
  });

  test('cuts what does not end in time and tells how many', async () => {
    const { answer } = await half();
    await drain.beginDrain(0);
    expect(await drain.finish(100)).toBe(1);
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
