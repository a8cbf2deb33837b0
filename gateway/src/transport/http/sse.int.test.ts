import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTcpProxy } from '@tributary/testing';
import { createClient } from 'graphql-sse';
import { askForStream, sse } from '../../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';
import { graphqlSse } from '../../../fixtures/streaming-clients.ts';
import { itemNumbers } from '../../../fixtures/subscribers.ts';
import { putParts } from '../../../fixtures/test-client.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({ MAX_DEPTH: '4' });
  await fixture.untilReady();
});
afterAll(() => fixture.stop());

const ask = async (query: string, more: Parameters<typeof askForStream>[3] = {}) => {
  const response = await askForStream(fixture.url, sse, query, more);
  return { status: response.status, body: await response.text() };
};

const get = (query: string, headers: Record<string, string>) => {
  const url = new URL('/graphql', fixture.url);
  url.searchParams.set('query', query);
  url.searchParams.set('variables', JSON.stringify({ after: 1 }));
  return fetch(url, { headers: { accept: sse, ...headers } });
};

test('graphql-sse goes on by itself after the line was cut, each event once, with `after` as it is then', async () => {
  fixture.boxes.set('again', { state: 'OPEN', length: 3 });
  const line = await startTcpProxy(fixture.url, 80);
  const connected: boolean[] = [];
  const client = graphqlSse(
    line.proxyUrl(fixture.url),
    fixture.accessToken(),
    (isAgain) => void connected.push(isAgain),
  );
  const seen: unknown[] = [];
  const query = 'subscription ($after: Int) { items(id: "again", after: $after) { n } }';
  const variables = {
    get after() {
      return seen.at(-1);
    },
  };
  const end = await client.follow(query, variables, ({ n }) => {
    if (seen.push(n) !== 3) return;
    line.resetConnections();
    void fixture.write('again', { state: 'CLOSED', length: 5 });
  });
  expect(end).toBe('complete');
  expect(seen).toEqual([1, 2, 3, 4, 5]);
  expect(connected).toEqual([false, true]);
  await line.close();
});

test('the bytes of a stream: a comment at once, each event on a line, completion', async () => {
  fixture.boxes.set('bytes', { state: 'CLOSED', length: 2 });
  const { body } = await ask('subscription { items(id: "bytes") { n } }');
  expect(body).toBe(
    ':\n\n' +
      'event: next\ndata: {"data":{"items":{"n":1}}}\n\n' +
      'event: next\ndata: {"data":{"items":{"n":2}}}\n\n' +
      'event: complete\ndata:\n\n',
  );
});

describe('other operations', () => {
  const once = (result: object) => `:\n\nevent: next\ndata: ${JSON.stringify(result)}\n\nevent: complete\ndata:\n\n`;

  test('a query is answered by one event', async () => {
    expect(await ask('{ who }', { token: fixture.accessToken() })).toEqual({
      status: 200,
      body: once({ data: { who: 'u1' } }),
    });
  });

  test('a mutation with a file is answered by one event too', async () => {
    const form = new FormData();
    for (const [name, value] of putParts()) form.append(name, value);
    form.append('0', new Blob(['content']), 'file.csv');
    const headers = { accept: sse, 'apollo-require-preflight': 'yes' };
    const response = await fetch(`${fixture.url}/graphql`, { method: 'POST', headers, body: form });
    const put = createHash('sha256').update('content').digest('hex');
    expect(await response.text()).toBe(once({ data: { put } }));
  });

  test.each([
    ['does not parse', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['does not validate', 'subscription { whatever }', 'GRAPHQL_VALIDATION_FAILED'],
    ['is too deep', '{ box(id: "a") { box { box { box { id } } } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['lacks a variable', 'subscription ($id: ID!) { items(id: $id) { n } }', 'BAD_USER_INPUT'],
    ['leaves an argument null', 'subscription ($id: ID = "a") { items(id: $id) { n } }', 'BAD_USER_INPUT'],
    ['follows no log', 'subscription { unlogged }', 'BAD_USER_INPUT'],
  ])('what %s is told by an event, for an EventSource sees nothing of other answers', async (_name, query, code) => {
    const { status, body } = await ask(query, { variables: { id: null } });
    expect(status).toBe(200);
    expect(body).toMatch(/^:\n\nevent: next\ndata: {"errors":\[.*\n\nevent: complete\ndata:\n\n$/);
    expect(body).toContain(`"code":"${code}"`);
  });

  test('a request that carries no operation as it should is 400', async () => {
    expect(await ask('{ who }', { variables: [] })).toMatchObject({
      status: 400,
      body: expect.stringMatching(/"variables\\"/),
    });
    expect(await ask('')).toMatchObject({ status: 400, body: expect.stringMatching(/"query\\"/) });
  });
});

describe('by GET', () => {
  const query = 'subscription ($after: Int) { items(id: "get", after: $after) { n } }';

  test('a subscription is followed as by POST', async () => {
    fixture.boxes.set('get', { state: 'CLOSED', length: 3 });
    const client = createClient({
      url: 'http://of.no.use',
      fetchFn: () => get(query, { authorization: `Bearer ${fixture.accessToken()}` }),
    });
    expect(await itemNumbers(client.iterate({ query }))).toEqual([2, 3]);
  });

  test('one that any page could make a browser send is refused', async () => {
    const response = await get(query, {});
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringMatching(/authorization/) }] });
  });

  test('a mutation is refused, saying what to do', async () => {
    const response = await get('mutation { __typename }', { 'apollo-require-preflight': 'yes' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  test('variables that are no JSON are refused', async () => {
    const url = `${fixture.url}/graphql?query={who}&variables={`;
    const response = await fetch(url, { headers: { accept: sse, 'apollo-require-preflight': 'yes' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringMatching(/"variables"/) }] });
  });
});
