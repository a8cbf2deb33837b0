import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLog, systemClock } from '@tributary/core';
import { startTcpProxy, type TcpProxy, testServers, waitFor } from '@tributary/testing';
import { z } from 'zod';
import { type Fixture, openFixture } from '../fixtures/open-fixture.ts';
import { readGatewayConfig } from './config.ts';
import { startGateway } from './gateway.ts';

let fixture: Fixture;
let proxies: Record<'redis' | 'keys' | 'boxes', TcpProxy>;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let logged = '';

const destination = new Writable({
  write(chunk, _encoding, done) {
    logged += chunk;
    done();
  },
});

beforeAll(async () => {
  fixture = await openFixture();
  const { REDIS_URL } = testServers();
  proxies = {
    redis: await startTcpProxy(REDIS_URL, 6379),
    keys: await startTcpProxy(fixture.jwksUrl, 80),
    boxes: await startTcpProxy(fixture.subgraphUrl, 80),
  };
  for (const proxy of Object.values(proxies)) await proxy.stop();
  const config = readGatewayConfig({
    ...fixture.environment,
    REDIS_URL: proxies.redis.proxyUrl(REDIS_URL),
    JWKS_URL: proxies.keys.proxyUrl(fixture.jwksUrl),
    SUBGRAPH_URL_BOXES: proxies.boxes.proxyUrl(`${fixture.subgraphUrl}/graphql`),
  });
  gateway = await startGateway(config, { log: createLog('gateway', 'info', destination), clock: systemClock });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
  await fixture.close();
});

const answer = z.object({ status: z.string(), waitingFor: z.array(z.string()).optional() });
const readiness = async () => answer.parse(await (await fetch(`${gateway.url}/health/ready`)).json());

const names = { redis: 'Redis', keys: 'the keys of access tokens', boxes: 'the boxes subgraph' };

test('a gateway that was started first says by name what it waits for, and is ready by itself when the last of it is there', async () => {
  await waitFor(() => Object.values(names).every((name) => logged.includes(`waiting for ${name}`)));
  expect(await readiness()).toEqual({ status: 'unavailable', waitingFor: Object.values(names) });
  for (const which of ['boxes', 'redis', 'keys'] as const) {
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
    await proxies[which].resume();
    await waitFor(async () => !JSON.stringify(await readiness()).includes(names[which]), { what: names[which] });
    expect(logged).toContain(`${names[which]} is there`);
  }
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
});

test('a subgraph that goes later does not take the gateway away', async () => {
  await proxies.boxes.stop();
  await proxies.redis.stop();
  await waitFor(async () => (await readiness()).waitingFor?.includes(names.redis));
  expect((await readiness()).waitingFor).toEqual([names.redis]);
});
