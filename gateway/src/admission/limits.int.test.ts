import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { askForStream, multipart, sse } from '../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';
import { createSubscribers } from '../../fixtures/subscribers.ts';

const limits = { MAX_DEPTH: '3', MAX_ROOT_FIELDS: '2', MAX_ALIASES: '3', MAX_DIRECTIVES: '2', MAX_TOKENS: '40' };
let fixture: Started;
let production: Started;
beforeAll(async () => {
  fixture = await startFixture(limits);
  production = await startFixture({ NODE_ENV: 'production', WEBSOCKET_ORIGINS: 'https://app.example.com' });
  await production.untilReady();
  fixture.boxes.set('a', { state: 'CLOSED', length: 2 });
});
afterAll(() => Promise.all([fixture.stop(), production.stop()]));

/** The errors that an operation gets over each transport. */
async function overAll({ url, connect, ask }: Started, query: string) {
  const sockets = createSubscribers({ connect });
  const first = sockets.follow(query).events.next();
  const overSocket = await first.then(({ value }) => value?.errors).catch((thrown: unknown) => thrown);
  await sockets.disconnect();
  const events = await (await askForStream(url, sse, query)).text();
  const parts = await (await askForStream(url, `${multipart}, application/json`, query)).text();
  const { errors } = await ask(query);
  return [errors, overSocket, JSON.parse(/\{"errors.*/.exec(events)?.[0] ?? '{}').errors, JSON.parse(parts).errors];
}

describe('an operation', () => {
  test('at every limit runs', async () => {
    const query = '{ a: box(id: "a") @skip(if: false) { b: box { c: id @skip(if: false) } } who }';
    expect(await fixture.ask(query)).toMatchObject({ data: { a: { b: { c: 'a' } } } });
  });

  test.each([
    ['nested too deep', '{ box(id: "a") { box { box { id } } } }', 'MAX_DEPTH_EXCEEDED'],
    ['of too many fields at its top', '{ who ...F } fragment F on Query { who who }', 'MAX_ROOT_FIELDS_EXCEEDED'],
    ['with too many aliases', '{ box(id: "a") { a: id b: id c: id d: id } }', 'MAX_ALIASES_EXCEEDED'],
    ['with too many directives', '{ who @skip(if: true) @skip(if: true) @skip(if: true) }', 'MAX_DIRECTIVES_EXCEEDED'],
  ])('%s does not validate, whichever way it comes', async (_name, query, validationErrorCode) => {
    const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', validationErrorCode };
    for (const errors of await overAll(fixture, query)) expect(errors).toMatchObject([{ extensions }]);
  });

  test('of too many tokens does not parse, whichever way it comes', async () => {
    const query = `{ box(id: "a") { ${'id '.repeat(40)} } }`;
    for (const errors of await overAll(fixture, query)) {
      expect(errors).toMatchObject([
        { message: expect.stringMatching(/40 tokens/), extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
      ]);
    }
  });

  test('that follows a log at the limits is not refused for what is added to read the log', async () => {
    const query = 'subscription { it: items(id: "a") { a: n b: n __typename @skip(if: true) @include(if: true) } }';
    const text = await (await askForStream(fixture.url, sse, query)).text();
    expect(text).toContain('event: next\ndata: {"data":{"it":{"a":2,"b":2}}}');
  });

  test.each(['application/json', sse])('in a batch is refused as %s', async (accept) => {
    const response = await fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify([{ query: '{ who }' }]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

describe('in production', () => {
  test('a typo gets no suggestions, whichever way it comes', async () => {
    for (const errors of await overAll(production, '{ whoo }')) {
      expect(errors).toMatchObject([{ message: 'Cannot query field "whoo" on type "Query".' }]);
    }
    expect(JSON.stringify(await overAll(fixture, '{ whoo }')).match(/Did you mean/g)).toHaveLength(4);
  });

  test('there is no introspection, whichever way it is asked for', async () => {
    for (const errors of await overAll(production, '{ __schema { types { name } } }')) {
      expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    }
  });

  test('a GET that would rather have a page is not run past the limits', async () => {
    const headers = { accept: 'text/html', 'apollo-require-preflight': 'yes' };
    const response = await fetch(`${production.url}/graphql?query={who}`, { headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('every answer says what browsers must not do with it', async () => {
    for (const path of ['/health/live', '/graphql?query={who}', '/else']) {
      const { headers } = await fetch(`${production.url}${path}`);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
    }
  });
});

describe('a WebSocket', () => {
  const open = (origin: string) =>
    new WebSocket(`${production.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { origin });

  test('of a page of another origin is refused with 403', async () => {
    const [error] = await once(open('https://evil.example'), 'error');
    expect(error.message).toMatch('403');
  });

  test('of a page of a named origin, or of the own one, is opened', async () => {
    for (const origin of ['https://app.example.com', production.url]) {
      const socket = open(origin);
      await once(socket, 'open');
      socket.close();
      await once(socket, 'close');
    }
  });
});
