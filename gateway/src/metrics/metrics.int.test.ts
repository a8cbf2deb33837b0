import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Registry } from '@tributary/metrics';
import { waitFor } from '@tributary/testing';
import { WebSocket } from 'ws';
import { askForStream, multipart, sse } from '../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';
import { createSubscribers } from '../../fixtures/subscribers.ts';

const metrics = new Registry();
let fixture: Started;

beforeAll(async () => {
  fixture = await startFixture(
    { MAX_DEPTH: '3', MAX_BODY_BYTES: '1000', MAX_SUBSCRIPTIONS_PER_VIEWER: '2' },
    { metrics },
  );
  await fixture.untilReady();
});
afterAll(() => fixture.stop());

/** The value of one sample, written as it is exposed; 0 where it is not there. */
async function sampleOf(sample: string): Promise<number> {
  const line = (await metrics.metrics()).split('\n').find((each) => each.startsWith(`${sample} `));
  return Number(line?.slice(sample.length) ?? 0);
}

const refused = (limit: string) => sampleOf(`tributary_gateway_refusals_total{limit="${limit}"}`);
const watched = 'subscription { items(id: "m") { n } }';
const open = 'tributary_gateway_subscriptions_open';
const tooDeep = '{ box(id: "a") { box { box { id } } } }';

test('what a limit refuses is counted once, on every transport', async () => {
  await fixture.ask(tooDeep);
  expect(await refused('MAX_DEPTH')).toBe(1);
  await (await askForStream(fixture.url, sse, tooDeep)).text();
  expect(await refused('MAX_DEPTH')).toBe(2);
  await (await askForStream(fixture.url, `${multipart}, application/json`, tooDeep)).text();
  expect(await refused('MAX_DEPTH')).toBe(3);
  const sockets = createSubscribers(fixture);
  await sockets
    .follow(tooDeep)
    .events.next()
    .catch(() => undefined);
  await sockets.disconnect();
  expect(await refused('MAX_DEPTH')).toBe(4);
  expect(await sampleOf('tributary_gateway_errors_total{code="GRAPHQL_VALIDATION_FAILED"}')).toBe(4);
});

test('bodies that are too large, forged requests, batches and foreign pages are refusals too', async () => {
  const post = (body: string, type: string) =>
    fetch(`${fixture.url}/graphql`, { method: 'POST', body, headers: { 'content-type': type } });
  await post(JSON.stringify({ query: `{ who } #${'x'.repeat(2_000)}` }), 'application/json');
  expect(await refused('MAX_BODY_BYTES')).toBe(1);
  await post('{ "query": "{ who }" }', 'text/plain');
  expect(await refused('CSRF')).toBe(1);
  await post('[{ "query": "{ who }" }, { "query": "{ who }" }]', 'application/json');
  expect(await refused('BATCHING')).toBe(1);
  const page = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    origin: 'https://evil.example',
  });
  await once(page, 'error');
  expect(await refused('WEBSOCKET_ORIGINS')).toBe(1);
});

test('operations, plans, documents and calls of subgraphs are counted by how they ended', async () => {
  const query = '{ counted: who }';
  await fixture.ask(query);
  await fixture.ask(query);
  const operations = 'tributary_gateway_operation_seconds_count{kind="query",transport="http",outcome="ok"}';
  expect(await sampleOf(operations)).toBe(2);
  expect(await sampleOf('tributary_gateway_plan_cache_total{result="hit"}')).toBe(1);
  expect(await sampleOf('tributary_gateway_plan_cache_total{result="miss"}')).toBe(1);
  expect(await sampleOf('tributary_gateway_plans')).toBe(1);
  expect(await sampleOf('tributary_gateway_document_cache_total{result="hit"}')).toBe(1);
  expect(await sampleOf('tributary_gateway_subgraph_seconds_count{subgraph="boxes",outcome="ok"}')).toBe(2);
  expect(await sampleOf('tributary_gateway_in_flight')).toBe(0);
});

test('subscriptions that are open, refused and over, their events and shared reads are counted', async () => {
  fixture.boxes.set('m', { state: 'OPEN', length: 1 });
  const sockets = createSubscribers(fixture);
  const [one, two] = [sockets.follow(watched), sockets.follow(watched)];
  await Promise.all([one.events.next(), two.events.next()]);
  expect(await sampleOf(`${open}{transport="websocket"}`)).toBe(2);
  // It takes its place as soon as it is made, so only now.
  await sockets
    .follow(watched)
    .events.next()
    .catch(() => undefined);
  expect(await refused('MAX_SUBSCRIPTIONS_PER_VIEWER')).toBe(1);
  expect(await sampleOf(`${open}{transport="websocket"}`)).toBe(2);
  const lagged = 'tributary_gateway_event_lag_seconds_count';
  expect(await sampleOf(lagged)).toBe(0);

  const next = [one.events.next(), two.events.next()];
  await fixture.write('m', { state: 'OPEN', length: 2 });
  await Promise.all(next);
  expect(await sampleOf('tributary_gateway_events_sent_total{transport="websocket"}')).toBe(4);
  expect(await sampleOf(lagged)).toBe(2);
  const [reads, served] = ['reads', 'reads_served'].map((name) => sampleOf(`tributary_gateway_log_${name}_total`));
  expect(await served).toBeGreaterThan(Number(await reads));
  expect(await sampleOf('tributary_gateway_websockets_open')).toBe(2);

  await sockets.disconnect();
  await waitFor(async () => (await sampleOf('tributary_gateway_websockets_open')) === 0, { what: 'no WebSocket' });
  expect(await sampleOf(`${open}{transport="websocket"}`)).toBe(0);
});
