import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createLog, systemClock } from '@tributary/core';
import { startTcpProxy, type TcpProxy } from '@tributary/testing';
import { type Fixture, openFixture } from '../../../fixtures/open-fixture.ts';
import { createTestClient } from '../../../fixtures/test-client.ts';
import { readGatewayConfig } from '../../config.ts';
import { startGateway } from '../../gateway.ts';

let fixture: Fixture;
let proxy: TcpProxy;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let client: ReturnType<typeof createTestClient>;

beforeAll(async () => {
  fixture = await openFixture();
  proxy = await startTcpProxy(fixture.subgraphUrl, 80);
  const url = proxy.proxyUrl(`${fixture.subgraphUrl}/graphql`);
  const config = readGatewayConfig({ ...fixture.environment, SUBGRAPH_URL_BOXES: url });
  gateway = await startGateway(config, { log: createLog('gateway', 'silent'), clock: systemClock });
  client = createTestClient(gateway.url);
});
afterEach(() => {
  fixture.subgraph.mood = 'well';
});
afterAll(async () => {
  await gateway.stop();
  await proxy.close();
  await fixture.close();
});

/** How many requests reach the subgraph, which breaks the connection of each. */
async function attempts(ask: () => Promise<{ errors?: unknown }>): Promise<number> {
  fixture.subgraph.mood = 'broken';
  const before = fixture.subgraph.queries;
  expect((await ask()).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
  return fixture.subgraph.queries - before;
}

test('a query whose connection broke is sent once more, a mutation never', async () => {
  expect(await attempts(() => client.ask('{ who }'))).toBe(2);
  expect(await attempts(() => client.put('content'))).toBe(1);
});

test('connections that the subgraph ended while they were idle fail neither a query nor an upload', async () => {
  for (let round = 0; round < 20; round += 1) {
    await Promise.all([client.ask('{ who }'), client.ask('{ who }')]);
    proxy.resetConnections();
    const answers = await Promise.all([client.ask('{ who }'), client.put('content')]);
    expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined]);
  }
});

test('a subgraph that refuses connections for a moment fails neither a query nor an upload', async () => {
  await proxy.stop();
  const answers = Promise.all([client.ask('{ who }'), client.put('content')]);
  await proxy.resume();
  expect((await answers).map(({ errors }) => errors)).toEqual([undefined, undefined]);
});
