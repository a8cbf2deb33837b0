import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { askForStream, multipart, sse } from '../../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture();
  fixture.boxes.set('a', { state: 'CLOSED', length: 1 });
});
afterAll(() => fixture.stop());

const query = '{ who }';
const subscription = 'subscription { items(id: "a") { n } }';
const graphqlJson = 'application/graphql-response+json';

describe('what an operation is answered as', () => {
  test.each([
    [query, '*/*', 'application/json'],
    [query, 'application/json; charset=utf-8', 'application/json'],
    [query, `${sse};q=0.5, ${graphqlJson}`, graphqlJson],
    [query, `${sse}, application/json;q=0.5`, sse],
    [query, `${multipart}, ${graphqlJson}, application/json;q=0.9`, graphqlJson],
    [subscription, `${multipart}, ${graphqlJson}, application/json;q=0.9`, 'multipart/mixed'],
    [subscription, `application/json, ${sse}, ${multipart}`, sse],
    ['subscription {', 'application/json', 'application/json'],
    ['query A { who } subscription B { unlogged }', '*/*', 'application/json'],
  ])('%s with "Accept: %s" as %s', async (operation, accept, type) => {
    const response = await askForStream(fixture.url, accept, operation);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')?.split(';')[0]).toBe(type);
    await response.text();
  });
});

describe('what fits nothing is 406, and is not run', () => {
  test.each(['*/*', 'application/json', 'multipart/mixed', 'text/*'])(
    'a subscription with "Accept: %s", naming the three ways there are',
    async (accept) => {
      const response = await askForStream(fixture.url, accept, subscription);
      expect(response.status).toBe(406);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      for (const way of ['graphql-transport-ws', sse, multipart]) expect(text).toContain(way);
    },
  );

  test.each([multipart, 'image/png', 'application/json;q=0'])('a query with "Accept: %s"', async (accept) => {
    const { queries } = fixture.subgraph;
    const response = await askForStream(fixture.url, accept, query);
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining(graphqlJson) }] });
    expect(fixture.subgraph.queries).toBe(queries);
  });
});

test.each([
  ['no name', undefined],
  ['an unknown name', 'C'],
])("a document with two operations and %s is the client's mistake", async (_name, operationName) => {
  const response = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: graphqlJson },
    body: JSON.stringify({ query: 'query A { who } query B { who }', operationName }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] });
});
