import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { serve } from '../../../fixtures/serve.ts';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';
import { createSubgraph } from './client.ts';
import { sendJson } from './json.ts';
import { openSubgraphRequest, timedOut } from './request.ts';
import { createResponseBudget } from './response-budget.ts';

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { hung: String  alsoHung: [Int!] }
  type Box @key(fields: "id") { id: ID!  tag: String  size: Int }
`;
const queryTimeoutMs = 1_000;
const mutationTimeoutMs = 1_500;

let silent: Awaited<ReturnType<typeof serve>>;
let fixture: Started;
beforeAll(async () => {
  silent = await serve(() => undefined);
  const timeouts = {
    SUBGRAPH_TIMEOUT_MS: String(queryTimeoutMs),
    SUBGRAPH_MUTATION_TIMEOUT_MS: String(mutationTimeoutMs),
  };
  fixture = await startFixture(timeouts, { others: [{ name: 'silent', url: `${silent.url}/graphql`, sdl }] });
  for (const id of ['a', 'b']) fixture.boxes.set(id, { state: 'CLOSED', length: 1 });
});
afterEach(() => {
  fixture.subgraph.mood = 'well';
});
afterAll(async () => {
  await fixture.stop();
  await silent.close();
});

const unavailable = (...path: (string | number)[]) => ({
  message: 'The "silent" subgraph did not answer in time',
  path,
  extensions: { code: 'UNAVAILABLE', reason: 'DEPENDENCY_UNAVAILABLE' },
});

test('a subgraph that never answers costs its own root fields, each with an error at its path', async () => {
  const { data, errors } = await fixture.ask('{ who hung again: alsoHung }');
  expect(data).toEqual({ who: 'nobody', hung: null, again: null });
  expect(errors).toEqual([unavailable('hung'), unavailable('again')]);
});

test('and the fields it adds to entities of another subgraph', async () => {
  const { data, errors } = await fixture.ask('{ one: box(id: "a") { id tag ...F } } fragment F on Box { size }');
  expect(data).toEqual({ one: { id: 'a', tag: null, size: null } });
  expect(errors).toEqual([unavailable('one', 'tag'), unavailable('one', 'size')]);
});

test('a query that waits for a free connection behind one that hangs does not wait longer than its time', async () => {
  const subgraph = createSubgraph({
    ...{ name: 'silent', url: silent.url, sign: null },
    ...{ timeoutMs: queryTimeoutMs, mutationTimeoutMs },
    responses: createResponseBudget({ maxBytes: 1_000, maxBytesInFlight: 1_000 }),
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const hanging = openSubgraphRequest({ ...subgraph, agent }, { idleMs: 60_000 });
  hanging.request.end();
  await hanging.connected;
  const query = { query: '{ hung }' };
  const asked = sendJson({ ...subgraph, agent }, query, { headers: {}, signal: new AbortController().signal });
  await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: timedOut });
  hanging.request.destroy();
});

test('mutations have a time of their own', async () => {
  fixture.subgraph.mood = 'silent';
  const begun = performance.now();
  expect(await fixture.put('content')).toMatchObject({
    errors: [{ message: 'The "boxes" subgraph did not answer in time', path: ['put'] }],
  });
  expect(performance.now() - begun).toBeGreaterThan(mutationTimeoutMs - 50);
});
