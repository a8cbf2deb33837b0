import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog, systemClock } from '@tributary/core';
import { waitFor } from '@tributary/testing';
import { type Started, startFixture } from '../fixtures/start-fixture.ts';
import { readGatewayConfig } from './config.ts';
import { startGateway } from './gateway.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({ SUBGRAPH_TIMEOUT_MS: '2000', MAX_BODY_BYTES: '2000', MAX_DEPTH: '4' });
});
afterEach(() => {
  fixture.subgraph.mood = 'well';
});
afterAll(() => fixture.stop());

const get = async (path: string) => {
  const response = await fetch(`${fixture.url}${path}`, { redirect: 'manual' });
  return { status: response.status, body: await response.json() };
};

describe('health', () => {
  test('live and ready once Redis and the keys are there', async () => {
    expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
    await waitFor(async () => (await get('/health/ready')).status === 200);
  });

  test('live but not ready without Redis and keys, and it says what it waits for; a token is then UNAVAILABLE', async () => {
    const away = { REDIS_URL: 'redis://127.0.0.1:1', JWKS_URL: 'http://127.0.0.1:1/' };
    const lonely = await startFixture(away);
    const response = await fetch(`${lonely.url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'unavailable',
      waitingFor: expect.arrayContaining(['Redis', 'the keys of access tokens']),
    });
    expect((await fetch(`${lonely.url}/health/live`)).status).toBe(200);
    expect(await lonely.ask('{ who }')).toMatchObject({ data: { who: 'nobody' } });
    expect(await lonely.ask('{ who }', { token: lonely.accessToken() })).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: 'UNAVAILABLE' } }],
    });
    await lonely.stop();
  });

  test('a token is UNAVAILABLE, not let in, while Redis cannot tell whether it was revoked', async () => {
    const lonely = await startFixture({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(await lonely.ask('{ who }', { token: lonely.accessToken() })).toMatchObject({ status: 503 });
    await lonely.stop();
  });
});

describe('limits', () => {
  const nested = (depth: number) => `{ box(id: "a") ${'{ box '.repeat(depth - 2)}{ id }${' }'.repeat(depth - 2)} }`;

  test('an operation as deep as allowed runs, a deeper one does not validate, also by fragments', async () => {
    fixture.boxes.set('a', { state: 'OPEN', length: 1 });
    expect(await fixture.ask(nested(4))).toMatchObject({ data: { box: { box: { box: { id: 'a' } } } } });
    const tooDeep = {
      errors: [{ message: expect.stringMatching(/deeper than 4/), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    };
    expect(await fixture.ask(nested(5))).toMatchObject(tooDeep);
    const fragment = 'fragment F on Box { box { box { box { id } } } } query { box(id: "a") { ...F } }';
    expect(await fixture.ask(fragment)).toMatchObject(tooDeep);
  });

  test('a body over MAX_BODY_BYTES is refused', async () => {
    expect(await fixture.ask(`{ who } # ${'x'.repeat(2000)}`)).toMatchObject({
      status: 413,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('a body that is no JSON is refused, and a path that is none is not found', async () => {
    const response = await fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(400);
    expect((await fetch(`${fixture.url}/else`)).status).toBe(404);
  });
});

describe('subgraphs', () => {
  test.each([
    ['does not answer in time', 'silent'],
    ['hangs up', 'broken'],
  ] as const)('one that %s is UNAVAILABLE, by its name and without its address', async (_name, mood) => {
    fixture.subgraph.mood = mood;
    const { errors } = await fixture.ask('{ who }');
    expect(errors).toMatchObject([
      { message: expect.stringContaining('"boxes"'), extensions: { code: 'UNAVAILABLE' } },
    ]);
    expect(JSON.stringify(errors)).not.toContain('127.0.0.1');
  });

  test('an error with a code is passed on, one without is masked', async () => {
    fixture.boxes.set('f', { state: 'CLOSED', length: 3 });
    const faulty = (after: number) => fixture.ask(`{ box(id: "f") { items(after: ${after}, first: 1) { faulty } } }`);
    expect((await faulty(1)).errors).toMatchObject([{ message: 'faulty', extensions: { code: 'CONFLICT' } }]);
    expect((await faulty(2)).errors).toEqual([
      {
        message: 'Internal server error',
        path: ['box', 'items', 0, 'faulty'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', reason: 'INTERNAL_ERROR' },
      },
    ]);
  });

  test('a client that goes away ends the request to the subgraph', async () => {
    fixture.subgraph.mood = 'silent';
    const { queries, brokenOff } = fixture.subgraph;
    const leaving = new AbortController();
    const body = JSON.stringify({ query: '{ who }' });
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(`${fixture.url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal });
    await waitFor(() => fixture.subgraph.queries > queries);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    expect(fixture.subgraph.brokenOff).toBe(brokenOff);
  });
});

describe('production', () => {
  test('there is neither introspection nor a landing page, and a typo gets no suggestions', async () => {
    const production = await startFixture({ NODE_ENV: 'production' });
    expect((await production.ask('{ __schema { types { name } } }')).errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    const { errors } = await production.ask('{ whoo }');
    expect(errors?.[0]?.message).not.toMatch(/did you mean/i);
    const page = await fetch(`${production.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(400);
    await production.stop();
  });

  test('otherwise a browser gets a landing page', async () => {
    const page = await fetch(`${fixture.url}/`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch('text/html');
    await page.text();
  });
});

test('AUTH=off takes everyone as anonymous, without keys or Redis', async () => {
  const { environment, close } = fixture;
  expect(close).toBeDefined();
  const { PORT, SUPERGRAPH_PATH, INTERNAL_TOKEN_PRIVATE_KEY } = environment;
  const config = readGatewayConfig({ PORT, SUPERGRAPH_PATH, INTERNAL_TOKEN_PRIVATE_KEY, AUTH: 'off' });
  const open = await startGateway(config, { log: createLog('gateway', 'silent'), clock: systemClock });
  const response = await fetch(`${open.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer nonsense' },
    body: JSON.stringify({ query: '{ who }' }),
  });
  expect(await response.json()).toEqual({ data: { who: 'nobody' } });
  await waitFor(async () => (await fetch(`${open.url}/health/ready`)).ok);
  await open.stop();
});

test('stop lets a request in hand finish, and takes no new one', async () => {
  const own = await startFixture();
  const waiting = request(`${own.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' } });
  const answered = new Promise<string>((resolve) => {
    waiting.on('response', async (response) => resolve((await response.toArray()).join('')));
  });
  waiting.write('{"query":');
  await waitFor(() => waiting.socket?.writableLength === 0);
  await own.ask('{ who }');
  const stopped = own.stopGateway();
  await expect(own.ask('{ who }')).rejects.toThrow();
  waiting.end('"{ who }"}');
  expect(JSON.parse(await answered)).toEqual({ data: { who: 'nobody' } });
  await stopped;
  await own.close();
});
