import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { type Link, openLink } from './link.ts';

const servers: Server[] = [];
const links: Link[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const link of links.splice(0)) await link.close();
  for (const server of servers.splice(0)) server.close();
});

/** Responds to every text with `name` and that text. */
async function anEcho(name: string): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => socket.write(`${name} ${data}`));
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function aLink(targets: readonly number[]) {
  const link = await openLink(targets);
  links.push(link);
  return link;
}

async function aClient({ port }: Link) {
  const socket = connect({ port, host: '127.0.0.1' });
  sockets.push(socket);
  const got = { text: '', isClosed: false };
  socket.on('data', (data) => {
    got.text += data;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    got.isClosed = true;
  });
  await waitFor(() => !socket.connecting);
  return { socket, got };
}

describe('a link', () => {
  test('connects to its targets in turn, and skips one that refuses', async () => {
    const [one, two] = [await anEcho('one'), await anEcho('two')];
    const link = await aLink([one, 1, two]);
    const texts: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { socket, got } = await aClient(link);
      socket.write('hello');
      await waitFor(() => got.text !== '');
      texts.push(got.text);
    }
    expect(texts).toEqual(['one hello', 'two hello', 'two hello']);
  });

  test('that is cut loses data in transit and ends every connection', async () => {
    const link = await aLink([await anEcho('one')]);
    const { socket, got } = await aClient(link);
    link.setDelay(60_000);
    socket.write('lost');
    await waitFor(() => link.cut() === 1);
    await waitFor(() => got.isClosed);
    expect(got.text).toBe('');
    link.setDelay(0);
    const again = await aClient(link);
    again.socket.write('hello');
    await waitFor(() => again.got.text === 'one hello');
  });

  test('that is closed ends new connections and keeps existing ones', async () => {
    const link = await aLink([await anEcho('one')]);
    const before = await aClient(link);
    before.socket.write('a');
    await waitFor(() => before.got.text === 'one a');
    link.setOpen(false);
    const refused = await aClient(link);
    await waitFor(() => refused.got.isClosed);
    before.socket.write('b');
    await waitFor(() => before.got.text === 'one aone b');
  });

  test('that stalls holds everything back and delivers it in order afterwards', async () => {
    const link = await aLink([await anEcho('one')]);
    const { socket, got } = await aClient(link);
    link.setStalled(true);
    socket.write('a');
    const other = await aClient(link);
    expect(got.text + other.got.text).toBe('');
    link.setStalled(false);
    await waitFor(() => got.text === 'one a');
  });

  test('passes on the end of one direction while the other continues', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      socket.on('end', () => socket.end('goodbye'));
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const address = server.address();
    const link = await aLink([typeof address === 'object' && address !== null ? address.port : 0]);
    const { socket, got } = await aClient(link);
    socket.end('hello');
    await waitFor(() => got.text === 'goodbye');
  });
});
