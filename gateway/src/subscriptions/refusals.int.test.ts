import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { WebSocket } from 'ws';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';
import { createSubscribers, itemNumbers as numbers } from '../../fixtures/subscribers.ts';

let fixture: Started;
let subscribers: ReturnType<typeof createSubscribers>;
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.untilReady();
  subscribers = createSubscribers(fixture);
});
afterEach(async () => {
  await subscribers.disconnect();
  fixture.subgraph.mood = 'well';
});
afterAll(() => fixture.stop());

describe('who may follow', () => {
  test('a token that is not valid closes the socket with 4401 and the reason', async () => {
    const { events, closed } = subscribers.follow('subscription { items(id: "a") { n } }', { token: 'nonsense' });
    await expect(numbers(events)).rejects.toBeDefined();
    expect(closed()).toMatchObject({ code: 4401, reason: expect.stringMatching(/access token/) });
  });

  test('a token revoked mid-stream closes with 4403 before the next event', async () => {
    fixture.boxes.set('r', { state: 'OPEN', length: 1 });
    const token = fixture.accessToken({ sub: 'u3' });
    const { events, closed } = subscribers.follow('subscription { items(id: "r") { n } }', { token });
    const seen: unknown[] = [];
    await expect(async () => {
      for await (const { data } of events) {
        seen.push(data);
        await fixture.redis.set(`${fixture.prefix}revokedBefore:u3`, Date.now() + 1000, 'PX', 5000);
        await fixture.write('r', { state: 'CLOSED', length: 2 });
      }
    }).rejects.toBeDefined();
    expect(seen).toEqual([{ items: { n: 1 } }]);
    expect(closed()).toMatchObject({ code: 4403, reason: 'The access token was revoked' });
  });

  test('a token that expires mid-stream closes with 4403 before the next event', async () => {
    fixture.boxes.set('x', { state: 'OPEN', length: 1 });
    const issuedAt = Math.ceil(Date.now() / 1000);
    const token = fixture.accessToken({ sub: 'u4', iat: issuedAt }, { expiresIn: 1 });
    const { events, closed } = subscribers.follow('subscription { items(id: "x") { n } }', { token });
    const seen: unknown[] = [];
    await expect(async () => {
      for await (const { data } of events) {
        seen.push(data);
        await waitFor(() => Date.now() > (issuedAt + 1) * 1000);
        await fixture.write('x', { state: 'CLOSED', length: 2 });
      }
    }).rejects.toBeDefined();
    expect(seen).toHaveLength(1);
    expect(closed()).toMatchObject({ code: 4403, reason: 'The access token has expired' });
  });

  test('a client whose connectionParams are a function follows on across expiries', async () => {
    fixture.boxes.set('long', { state: 'OPEN', length: 1 });
    const closed: unknown[] = [];
    let tokens = 0;
    let last = 0;
    const client = fixture.connect(undefined, {
      retryAttempts: 5,
      retryWait: async () => undefined,
      connectionParams: () => {
        tokens += 1;
        const issuedAt = Math.floor(Date.now() / 1000);
        return { authorization: `Bearer ${fixture.accessToken({ sub: 'u5', iat: issuedAt }, { expiresIn: 2 })}` };
      },
      on: { closed: (event) => closed.push(Object(event).code) },
    });
    const variables = {
      get after() {
        return last;
      },
    };
    const query = 'subscription ($after: Int) { items(id: "long", after: $after) { n } }';
    const seen: number[] = [];
    for await (const { data } of client.iterate({ query, variables })) {
      last = Number(Object(data).items.n);
      seen.push(last);
      const since = tokens;
      if (last === 3) break;
      // Each write wakes the stream, which finds its token expired once that is so.
      const write = setInterval(() => void fixture.write('long', { state: 'OPEN', length: last }), 100);
      await waitFor(() => tokens > since).finally(() => clearInterval(write));
      await fixture.write('long', { state: 'OPEN', length: last + 1 });
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(closed.slice(0, 2)).toEqual([4403, 4403]);
    await client.dispose();
  });

  test('what the log refuses ends the stream with its code', async () => {
    await expect(numbers(subscribers.follow('subscription { items(id: "none") { n } }').events)).rejects.toMatchObject([
      { message: 'No box none', extensions: { code: 'NOT_FOUND' } },
    ]);
    expect(fixture.channelCount()).toBe(0);
  });
});

describe('what is refused', () => {
  test.each([
    ['a field that is none', 'subscription { whatever }', 'GRAPHQL_VALIDATION_FAILED'],
    ['no GraphQL', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['two fields', 'subscription { a: items(id: "a") { n } b: items(id: "a") { n } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a field without a log', 'subscription { unlogged }', 'BAD_USER_INPUT'],
    ['a variable without its value', 'subscription ($id: ID!) { items(id: $id) { n } }', 'BAD_USER_INPUT'],
    ['a conditional field', 'subscription { items(id: "a") @skip(if: false) { n } }', 'BAD_USER_INPUT'],
  ])('%s', async (_name, query, code) => {
    await expect(numbers(subscribers.follow(query).events)).rejects.toMatchObject([{ extensions: { code } }]);
  });

  test('another path than /graphql', async () => {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/else`, 'graphql-transport-ws');
    const [error] = await once(socket, 'error');
    expect(error.message).toMatch('404');
  });
});

test('queries run over a socket as over HTTP', async () => {
  const answers: unknown[] = [];
  for await (const answer of subscribers.follow('{ who }', { token: fixture.accessToken() }).events)
    answers.push(answer);
  expect(answers).toEqual([{ data: { who: 'u1' } }]);
});

test('a wrong subscription leaves the others on its connection alone', async () => {
  fixture.boxes.set('beside', { state: 'OPEN', length: 1 });
  const { client, events } = subscribers.follow('subscription { items(id: "beside") { n } }');
  await events.next();
  await expect(numbers(client.iterate({ query: 'subscription { unlogged }' }))).rejects.toBeDefined();
  await fixture.write('beside', { state: 'CLOSED', length: 2 });
  expect(await numbers(events)).toEqual([2]);
});
