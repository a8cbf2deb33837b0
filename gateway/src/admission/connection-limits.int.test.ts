import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { WebSocket } from 'ws';
import { askForStream, eventsOf, multipart, sse } from '../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';
import { createSubscribers } from '../../fixtures/subscribers.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({
    MAX_SUBSCRIPTIONS_PER_VIEWER: '2',
    MAX_SUBSCRIPTIONS: '3',
    MAX_CONNECTIONS_PER_VIEWER: '2',
  });
  fixture.boxes.set('a', { state: 'OPEN', length: 1 });
  await fixture.untilReady();
});
afterAll(() => fixture.stop());

const query = 'subscription { items(id: "a") { n } }';

test('subscriptions are counted over all transports, per viewer and in all, and are free again once they end', async () => {
  const { accessToken, connect, url } = fixture;
  const token = accessToken({ sub: 'one' });
  const sockets = createSubscribers({ connect });
  const gone = new AbortController();
  await sockets.follow(query, { token }).events.next();
  await eventsOf(await askForStream(url, multipart, query, { token, signal: gone.signal })).next();

  const perViewer = {
    code: 'RATE_LIMITED',
    reason: 'TOO_MANY_REQUESTS',
    limit: 'MAX_SUBSCRIPTIONS_PER_VIEWER',
    retryAfterSeconds: 10,
  };
  expect(await (await askForStream(url, sse, query, { token })).text()).toContain(JSON.stringify(perViewer));

  const other = accessToken({ sub: 'other' });
  await eventsOf(await askForStream(url, sse, query, { token: other, signal: gone.signal })).next();
  const inAll = { code: 'UNAVAILABLE', reason: 'TOO_BUSY', limit: 'MAX_SUBSCRIPTIONS', retryAfterSeconds: 10 };
  await expect(sockets.follow(query, { token: accessToken({ sub: 'third' }) }).events.next()).rejects.toMatchObject([
    { extensions: inAll },
  ]);

  gone.abort();
  await sockets.disconnect();
  await waitFor(async () => {
    const again = new AbortController();
    const { value } = await eventsOf(await askForStream(url, sse, query, { token, signal: again.signal })).next();
    again.abort();
    return Object(value).data !== undefined;
  });
});

test('a viewer with too many WebSockets open gets 4429 and the reason', async () => {
  const init = () => {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('open', () =>
      socket.send(
        JSON.stringify({
          type: 'connection_init',
          payload: { authorization: `Bearer ${fixture.accessToken({ sub: 'many' })}` },
        }),
      ),
    );
    return socket;
  };
  const open = [init(), init()];
  await Promise.all(open.map((socket) => once(socket, 'message')));
  const [code, reason] = await once(init(), 'close');
  expect([code, String(reason)]).toEqual([4429, 'You have 2 connections open; close one first']);
  for (const socket of open) socket.terminate();
});

test('a socket that closes during authentication leaves no place taken', async () => {
  const authorization = `Bearer ${fixture.accessToken({ sub: 'hasty' })}`;
  const hasty = Array.from({ length: 5 }, async () => {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }), () => socket.terminate());
    await once(socket, 'close');
  });
  await Promise.all(hasty);
  const sockets = createSubscribers(fixture);
  const token = fixture.accessToken({ sub: 'hasty' });
  const { events } = sockets.follow('{ who }', { token });
  expect(await events.next()).toMatchObject({ value: { data: { who: 'hasty' } } });
  await sockets.disconnect();
});
